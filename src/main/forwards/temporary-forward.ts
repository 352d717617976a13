import { randomUUID } from 'node:crypto'

import type { Forward, ForwardId } from '../../shared/contract/forwards.ts'
import type { Preset } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'

/** A temporary forward to a port of a host. The host chose the port, so it listens at the host's own address. */
export function temporaryForward(target: Target, port: number, preset: Preset | null): Forward {
  return {
    id: randomUUID() as ForwardId,
    label: preset?.name ?? `Port ${port}`,
    target: target as Forward['target'],
    kind: 'local',
    listen: { kind: 'tcp', address: 'localhost', port },
    to: { kind: 'tcp', address: 'localhost', port },
    freePort: true,
    ownAddress: true,
    start: 'hand',
    presetId: preset?.id ?? null,
    page: preset ? preset.page : '/',
    temporary: true,
  }
}
