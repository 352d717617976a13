import type { DisposableStore } from '../../shared/base/lifecycle.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { ActivityService } from '../activity/activity-service.ts'
import type { HostService } from '../hosts/host-service.ts'
import type { SettingsService } from '../settings/settings-service.ts'
import { composeBackground, composeTmux } from '../snippets/compose.ts'
import { newsOf } from '../snippets/run-news.ts'
import { RunService } from '../snippets/run-service.ts'
import type { SnippetFile } from '../snippets/snippet-record.ts'
import { SnippetService } from '../snippets/snippet-service.ts'
import { factsFinder } from '../snippets/target-facts.ts'
import type { Connections } from '../ssh/connections.ts'
import type { JsonFile } from '../storage/json-file.ts'
import type { ShellOf } from '../terminals/typed-shell.ts'
import type { Environment } from './environment.ts'

interface SnippetInput {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly activity: ActivityService
  readonly hosts: HostService
  readonly settings: SettingsService
  readonly file: JsonFile<SnippetFile>
  readonly shellOf: ShellOf
}

/** Builds the snippets, and their runs outside of terminals. */
export function buildSnippets(
  { notify, reportBug }: Environment,
  { store, activity, connections, hosts, settings, file, shellOf }: SnippetInput,
): { readonly snippets: SnippetService; readonly runs: RunService } {
  const nameOf = (target: Target) => hosts.nameOf(target)
  const names = () => ({
    hosts: new Map(hosts.hosts.map(({ id, label }) => [id as string, label])),
    groups: new Map(hosts.groups.map(({ id, label }) => [id as string, label])),
  })
  const snippets = new SnippetService({ file, factsOf: factsFinder(connections, nameOf), shellOf, names })
  const runs = store.add(
    new RunService({
      snippet: id => snippets.find(id),
      lease: (target, options) => connections.lease(target, options),
      nameOf,
      check: (use, target) => void snippets.filled(use, target),
      compose: (use, target, { dialect, mark }) => {
        const filled = snippets.filled(use, target)
        return use.mode === 'tmux'
          ? composeTmux(use.snippet, filled, dialect)
          : composeBackground(use.snippet, filled, { dialect, mark })
      },
      remember: (use, targets) => snippets.remember(use, targets),
      onOver: (rows, { snippet }) => {
        const { kind, subject, text, notice } = newsOf(rows, snippet.name)
        if (notice !== null) notify(notice)
        activity.add(kind, subject, text)
      },
      atOnce: () => settings.current.snippets.atOnce,
      reportBug: error => reportBug('run', error),
    }),
  )
  return { snippets, runs }
}
