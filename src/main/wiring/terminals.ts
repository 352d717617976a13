import type { DisposableStore } from '../../shared/base/lifecycle.ts'
import type { ActivityService } from '../activity/activity-service.ts'
import type { HostService } from '../hosts/host-service.ts'
import type { SettingsService } from '../settings/settings-service.ts'
import type { Connections } from '../ssh/connections.ts'
import { startLocalShell } from '../terminals/local-shell.ts'
import { TerminalService, type TerminalParts } from '../terminals/terminal-service.ts'
import { typedShell, type ShellOf } from '../terminals/typed-shell.ts'
import { endOf } from '../work/end-of.ts'
import type { Environment } from './environment.ts'

interface TerminalInput {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly settings: SettingsService
  readonly hosts: HostService
  readonly activity: ActivityService
}

/** The shells, on this computer and on hosts, and whose rules they read by. */
export function buildTerminals(
  { env, environmentReady, openPort, reportBug }: Environment,
  { store, connections, settings, hosts, activity }: TerminalInput,
): { readonly terminals: TerminalService; readonly shellOf: ShellOf } {
  const localShell = () => settings.current.terminal.localShell
  const shellOf = typedShell({ connections, localShell, env, signal: endOf(store) })
  const terminals = new TerminalService({
    prepare: (target, options) => connections.prepare(target, options),
    lease: (plan, options) => connections.leaseBy(plan, options),
    redial: (target, lost) => connections.redial(target, lost),
    reconnects: target => hosts.reconnects(target) ?? settings.current.terminal.reconnect,
    showsWindows: () => settings.current.terminal.tmux === 'tabs',
    reportBug,
    shellOf,
    startLocal: async size => {
      await environmentReady
      return startLocalShell({ program: localShell(), size, env })
    },
    openPort,
    env,
    onNews: noteNews({ hosts, activity, reportBug }),
  })
  store.add(connections.pool.onOpened(login => terminals.connected(target => connections.isOf(target, login))))
  return { terminals: store.add(terminals), shellOf }
}

/** Records connection events in the activity, and when a host was last used. */
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
