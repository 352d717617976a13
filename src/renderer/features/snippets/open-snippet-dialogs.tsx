import { useSnippetsView, mayRun, hostsByGroup, type Order } from './snippets-state.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { allPanes } from '../../workspace/workspace-store.ts'
import type { SnippetRunner } from './run-snippet.ts'
import { type Target, targetKey } from '../../../shared/contract/targets.ts'
import { shownAddress, useHosts } from '../../mirrors/hosts.ts'
import { SnippetDialogs } from './snippet-dialogs.tsx'
import type { Api } from '../../../shared/contract/contract.ts'
import { useCallback, useMemo } from 'react'
import type { RunPlace } from './run-dialog.tsx'
import { labelOf } from '../../mirrors/targets.ts'
import { isLive, useTerminalStates } from '../../mirrors/terminals.ts'
import type { HostBook, Host } from '../../../shared/contract/hosts.ts'

interface OpenSnippetDialogsProps {
  readonly api: Api
  readonly snippets: SnippetRunner
  readonly numberKeys: (number: number) => string
}

/** The dialog about snippets that is open, with the places it offers. */
export function OpenSnippetDialogs({ api, snippets, numberKeys }: OpenSnippetDialogsProps) {
  const open = useSnippetsView(state => state.dialog !== null)
  return open ? <Dialogs api={api} snippets={snippets} numberKeys={numberKeys} /> : null
}

function Dialogs({ api, snippets, numberKeys }: OpenSnippetDialogsProps) {
  const book = useHosts(state => state.book)
  const choices = useMemo(
    () => ({
      hosts: book.hosts.map(host => ({ key: host.id as string, label: host.label, detail: shownAddress(host) })),
      groups: book.groups.map(({ id, label }) => ({ key: `group:${id}`, label, detail: 'group' })),
    }),
    [book],
  )
  const groups = useMemo(() => {
    const members = hostsByGroup(book)
    return book.groups.map(({ id, label }) => ({ key: id as string, label, keys: (members.get(id) ?? []).map(keyOf) }))
  }, [book])
  const live = useLiveTargets()
  const bunches = useMemo(
    () => [
      { key: 'all', label: 'All hosts', keys: book.hosts.map(keyOf) },
      { key: 'live', label: 'Open terminals', keys: live.map(targetKey) },
      ...groups,
    ],
    [book, groups, live],
  )
  const placesOf = useCallback((order: Order) => placesFor(order, book), [book])
  return (
    <SnippetDialogs
      api={api}
      choices={choices}
      placesOf={placesOf}
      bunches={bunches}
      numberKeys={numberKeys}
      nameOf={labelOf}
      start={order => void snippets.perform(order).catch(reportProblem)}
    />
  )
}

function keyOf({ id }: Host): string {
  return id
}

/** What the live terminals are on, each once; another list only when it is another one. */
function useLiveTargets(): readonly Target[] {
  const keys = useTerminalStates(({ states }) =>
    JSON.stringify(
      allPanes().flatMap(({ id, target }) => (target.kind !== 'local' && isLive(states[id]) ? [target] : [])),
    ),
  )
  return useMemo(() => {
    const targets = JSON.parse(keys) as Target[]
    return [...new Map(targets.map(each => [targetKey(each), each])).values()]
  }, [keys])
}

/** Where a snippet may run: terminals on what is not saved, and the hosts. */
function placesFor({ snippet, panes }: Order, book: HostBook): readonly RunPlace[] {
  const { states } = useTerminalStates.getState()
  const others = [...panes, ...allPanes().filter(each => isLive(states[each.id]))]
  const unsaved = new Map(
    others
      .filter(({ target }) => target.kind !== 'host' && mayRun(snippet, target, book))
      .map(({ target }) => [targetKey(target), target]),
  )
  const { where } = snippet
  const members = where ? hostsByGroup(book) : null
  const allowed =
    where && new Set([...where.hosts, ...where.groups.flatMap(id => (members?.get(id) ?? []).map(host => host.id))])
  return [
    ...[...unsaved.values()].map(target => ({ target, label: labelOf(target) })),
    ...book.hosts
      .filter(({ id }) => !allowed || allowed.has(id))
      .map(host => ({
        target: { kind: 'host' as const, hostId: host.id },
        label: host.label,
        detail: shownAddress(host),
      })),
  ]
}
