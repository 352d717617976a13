import type { ActivityService } from '../activity/activity-service.ts'
import type { HostService } from '../hosts/host-service.ts'
import type { Connections } from '../ssh/connections.ts'
import { startLocalShell } from '../terminals/local-shell.ts'
import { TerminalService, type TerminalParts } from '../terminals/terminal-service.ts'
import type { ShellOf } from '../terminals/typed-shell.ts'
import type { Environment } from './environment.ts'

interface TerminalInput {
  readonly connections: Connections
  readonly localShell: () => string
  readonly hosts: HostService
  readonly activity: ActivityService
  readonly shellOf: ShellOf
}

/** The shells, on this computer and on hosts. */
export function buildTerminals(
  { env, environmentReady, openPort, reportBug }: Environment,
  { connections, localShell, hosts, activity, shellOf }: TerminalInput,
): TerminalService {
  return new TerminalService({
    prepare: (target, options) => connections.prepare(target, options),
    lease: (plan, options) => connections.pool.lease(plan, options),
    shellOf,
    startLocal: async size => {
      await environmentReady
      return startLocalShell({ program: localShell(), size, env })
    },
    openPort,
    env,
    onNews: noteNews({ hosts, activity, reportBug }),
  })
}

/** Writes what became of a connection into the activity, and when a host was last used. */
function noteNews(parts: {
  hosts: HostService
  activity: ActivityService
  reportBug: Environment['reportBug']
}): TerminalParts['onNews'] {
  const { hosts, activity, reportBug } = parts
  return (kind, target, text) => {
    activity.add(kind, hosts.nameOf(target), text)
    if (kind === 'connected' && target.kind === 'host')
      void hosts.touch(target.hostId, Date.now()).catch(error => reportBug('touch', error))
  }
}
