import { randomUUID } from 'node:crypto'

import { cancelled } from '../../shared/base/abort.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Forward, ForwardId, PresetResult } from '../../shared/contract/forwards.ts'
import type { Preset, PresetId } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { ForwardService } from '../forwards/forward-service.ts'
import type { RunningService } from '../forwards/port-services.ts'
import { sh, type Script } from '../ssh/script.ts'
import { Operations } from '../work/operations.ts'
import { launchOffer, launchService, lookFor, setSystemdService, withPort, type RunRemotely } from './preset-runner.ts'
import type { PresetStore } from './preset-store.ts'

type Contract = Services['presets']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface PresetServiceParts {
  readonly store: PresetStore
  readonly forwards: Pick<ForwardService, 'ofPreset' | 'openService'>
  /** Runs a script for `sh` on a target, signing in first if necessary. Errors: `cancelled` on abort. */
  readonly run: (target: Target, script: Script, signal: AbortSignal) => Promise<string>
  readonly nameOf: (target: Target) => string
}

interface Wanted {
  readonly target: Target
  readonly presetId: PresetId
  readonly address: string | null
}

interface Use {
  readonly target: Forward['target']
  readonly preset: Preset
  /** The machine that runs the service; the host itself if `localhost`. */
  readonly address: string
}

const nodesScript = sh`
command -v squeue >/dev/null 2>&1 || exit 0
squeue --me -h -t RUNNING -o %N 2>/dev/null | sort -u | while IFS= read -r n; do
  scontrol show hostnames "$n" 2>/dev/null || printf '%s\\n' "$n"; done | sort -u | head -n 200`

/** Handles a click on a preset: finds or starts the service, forwards its port, and opens its page. */
export class PresetService implements Contract, Disposable {
  readonly #parts: PresetServiceParts
  readonly #operations = new Operations()

  constructor(parts: PresetServiceParts) {
    this.#parts = parts
  }

  use({ operation, ...wanted }: Input<'use'>): Promise<PresetResult> {
    return this.#operations.run(operation, async signal => {
      const use = this.#take(wanted)
      const { target, preset } = use
      if (preset.kind === 'remote') return this.#forward(use, null, signal)
      // Other machines can't be scanned, so the usual port is used.
      if (wanted.address !== null)
        return this.#forward(use, { port: preset.ports[0] as number, page: preset.page, secure: false }, signal)
      const run = this.#runOn(target, signal)
      const found = await lookFor(preset, run)
      if (found) return this.#forward(use, found, signal)
      return launchOffer(preset, run, this.#parts.store.launchOf(target, preset.id))
    })
  }

  /** Cancelling doesn't stop a service started on the host: the error says that it may be running. */
  launch({ operation, launch, ...wanted }: Input<'launch'>): Promise<PresetResult> {
    return this.#operations.run(operation, async signal => {
      const use = this.#take(wanted)
      const { target, preset } = use
      const { store, nameOf } = this.#parts
      await store.keepLaunch(target, preset.id, launch)
      const [run, where] = [this.#runOn(target, signal), nameOf(target)]
      const command = await withPort(preset, launch.command, run)
      try {
        const found = await launchService(preset, { launch: { ...launch, command }, run, where, signal })
        return await this.#forward(use, found, signal)
      } catch (error) {
        if (!signal.aborted) throw error
        throw new AppError(
          'cancelled',
          `Hawser started ${preset.name} on ${where} and has not stopped it, so it may still be running. Its output is in ~/.cache/hawser/${preset.id}.log on the host.`,
        )
      }
    })
  }

  setService({ operation, launch, on, ...wanted }: Input<'setService'>): Promise<void> {
    return this.#operations.run(operation, async signal => {
      const { target, preset } = this.#take(wanted)
      const { store, nameOf } = this.#parts
      await store.keepLaunch(target, preset.id, launch)
      await setSystemdService(preset, { launch, on, run: this.#runOn(target, signal), where: nameOf(target) })
    })
  }

  save({ preset }: Input<'save'>): Promise<void> {
    return this.#parts.store.save(preset)
  }

  remove({ id }: Input<'remove'>): Promise<void> {
    return this.#parts.store.remove(id)
  }

  nodes({ target, operation }: Input<'nodes'>): Promise<readonly string[]> {
    return this.#operations.run(operation, async signal => {
      const output = await this.#parts.run(target, nodesScript, signal)
      return cleanText(output, 20_000)
        .split('\n')
        .map(line => line.trim())
        .filter(name => /^[A-Za-z0-9._-]+$/.test(name))
    })
  }

  cancel({ operation }: Input<'cancel'>): void {
    this.#operations.cancel(operation)
  }

  dispose(): void {
    this.#operations.dispose()
  }

  async #forward(use: Use, found: RunningService | null, signal: AbortSignal): Promise<PresetResult> {
    if (signal.aborted) throw cancelled()
    const { forwards } = this.#parts
    const { target, preset, address } = use
    const before = forwards.ofPreset(target, preset.id, address)
    let forward = before ?? newForward(use, found?.port ?? (preset.ports[0] as number))
    if (found && forward.to?.kind === 'tcp' && forward.to.port !== found.port)
      forward = { ...forward, to: { ...forward.to, port: found.port } }
    await forwards.openService(forward, found, signal)
    return { kind: 'opened', id: forward.id }
  }

  #take({ target, presetId, address }: Wanted): Use {
    const preset = this.#parts.store.find(presetId)
    if (!preset) throw new AppError('not-found', 'This preset was deleted.')
    return { target: target as Forward['target'], preset, address: address ?? 'localhost' }
  }

  #runOn(target: Target, signal: AbortSignal): RunRemotely {
    return async script => {
      if (signal.aborted) throw cancelled()
      return this.#parts.run(target, script, signal)
    }
  }
}

function newForward({ target, preset, address }: Use, port: number): Forward {
  const here = { kind: 'tcp' as const, address: 'localhost', port }
  const remote = preset.kind === 'remote'
  return {
    id: randomUUID() as ForwardId,
    label: address === 'localhost' ? preset.name : `${preset.name} on ${address}`,
    target,
    kind: preset.kind,
    listen: here,
    to: { ...here, address: remote ? 'localhost' : address },
    freePort: !remote,
    ownAddress: !remote,
    start: 'hand',
    presetId: preset.id,
    page: preset.page,
    temporary: false,
  }
}
