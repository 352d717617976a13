import { hostname, userInfo } from 'node:os'

import type { DisposableStore } from '../shared/base/lifecycle.ts'
import type { Target } from '../shared/contract/targets.ts'
import type { ActivityService } from './activity/activity-service.ts'
import { targetName, type Connections } from './connection-services.ts'
import type { HostService } from './hosts/host-service.ts'
import type { Outside } from './services.ts'
import type { SettingsService } from './settings/settings-service.ts'
import { composeApart, composeTmux, type Facts } from './snippets/compose.ts'
import { RunService } from './snippets/run-service.ts'
import type { SnippetFile } from './snippets/snippet-record.ts'
import { SnippetService } from './snippets/snippet-service.ts'
import type { PlannedHop } from './ssh/connection-plan.ts'
import type { JsonFile } from './storage/json-file.ts'
import type { ShellOf } from './typed-shell.ts'

interface SnippetServiceParts {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly activity: ActivityService
  readonly hosts: HostService
  readonly settings: SettingsService
  readonly file: JsonFile<SnippetFile>
  readonly shellOf: ShellOf
}

// Runs this long end with a notification, since nobody waits for them.
const longRunMs = 10_000

/** Builds the snippets, and their runs outside of terminals. */
export function buildSnippets({ notify, reportBug }: Outside, parts: SnippetServiceParts) {
  const { store, activity, connections, hosts, settings, file, shellOf } = parts
  const { username: localUser } = userInfo()
  const factsOf = (target: Target): Facts => {
    const now = new Date()
    if (target.kind === 'local')
      return { host: hostname(), address: '127.0.0.1', user: localUser, port: null, localUser, now }
    const { address, user, port } = connections.plan(target).at(-1) as PlannedHop
    return { host: targetName(target, hosts.hosts), address, user, port, localUser, now }
  }
  const names = () => ({
    hosts: new Map(hosts.hosts.map(({ id, label }) => [id as string, label])),
    groups: new Map(hosts.groups.map(({ id, label }) => [id as string, label])),
  })
  const snippets = new SnippetService({ file, factsOf, shellOf, names })
  const runs = store.add(
    new RunService({
      snippet: id => snippets.find(id),
      lease: (target, options) => connections.lease(target, options),
      nameOf: target => targetName(target, hosts.hosts),
      check: (use, target) => void snippets.filled(use, target),
      compose: (use, target, { dialect, mark }) => {
        const filled = snippets.filled(use, target)
        return use.mode === 'tmux'
          ? composeTmux(use.snippet, filled, dialect)
          : composeApart(use.snippet, filled, { dialect, mark })
      },
      remember: (use, targets) => snippets.remember(use, targets),
      onOver: (rows, { snippet }) => {
        const good = rows.filter(({ state }) => state.kind === 'ended' && state.code === 0).length
        const [only, ...others] = rows
        const subject = only && others.length === 0 ? only.label : `${rows.length} hosts`
        const failed = rows.length - good
        const text = failed === 0 ? 'finished' : rows.length === 1 ? 'failed' : `${failed} of ${rows.length} failed`
        const took =
          Math.max(...rows.map(row => row.endedAt ?? 0)) - Math.min(...rows.map(row => row.startedAt ?? Infinity))
        if (took > longRunMs) notify(`${snippet.name} on ${subject}: ${text}`)
        activity.add(good === rows.length ? 'ran' : 'run-failed', subject, `${snippet.name}: ${text}`)
      },
      atOnce: () => settings.current.snippets.atOnce,
      reportBug: error => reportBug('run', error),
    }),
  )
  return { snippets, runs }
}
