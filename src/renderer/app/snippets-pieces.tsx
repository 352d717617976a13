import { useCallback, useMemo } from 'react'

import type { Host, HostBook } from '../../shared/contract/hosts.ts'
import type { Snippet } from '../../shared/contract/snippets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import { shownAddress, useHosts } from '../mirrors/hosts.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import type { PaletteItem } from '../ui/palette-item.ts'
import { useSnippets } from '../mirrors/snippets.ts'
import { labelOf } from '../mirrors/targets.ts'
import { HostSnippets } from '../features/snippets/host-snippets.tsx'
import { RunPanel } from '../features/snippets/run-panel.tsx'
import type { RunPlace } from '../features/snippets/run-dialog.tsx'
import { SnippetDialogs } from '../features/snippets/snippet-dialogs.tsx'
import { SnippetIcon } from '../features/snippets/snippet-icon.tsx'
import { SnippetsPage, type SnippetActions } from '../features/snippets/snippets-page.tsx'
import { hostsByGroup, mayRun, snippetsFor, type Order, useSnippetsView } from '../features/snippets/snippets-state.ts'
import { isLive, useTerminalStates } from '../mirrors/terminals.ts'
import type { MenuItem } from '../ui/menu.tsx'
import type { Pane } from '../../shared/contract/workspace.ts'
import { allPanes, activePane, showHome, useWorkspace } from '../workspace/workspace-store.ts'
import type { Parts } from './boot.ts'
import { numberCommand } from './snippet-commands.ts'

type Piece = Pick<Parts, 'api' | 'actions' | 'snippets'>

/** The keys that run the snippet with a number, as they are now. */
function numberKeysOf({ commands }: Pick<Parts, 'commands'>): (number: number) => string {
  return number => {
    const command = commands.all.find(({ id }) => id === `${numberCommand}${number}`)
    return command ? commands.keysOf(command) : ''
  }
}

/** The page of snippets. */
export function SnippetsHome({ parts }: { readonly parts: Parts }) {
  const actions = useMemo(() => snippetActions(parts), [parts])
  return <SnippetsPage actions={actions} />
}

function snippetActions({ api, actions, snippets, commands }: Parts): SnippetActions {
  const quietly = (work: Promise<unknown>) => void work.catch(tellProblem)
  return {
    numberKeys: numberKeysOf({ commands }),
    run: snippet => snippets.run(snippet),
    duplicate: snippet =>
      quietly(
        api.snippets.save({
          snippet: {
            ...snippet,
            id: crypto.randomUUID() as typeof snippet.id,
            name: `${snippet.name.slice(0, 58)} copy`,
            key: null,
          },
        }),
      ),
    copyCommand: ({ command }) => actions.copy(command),
    exportTo: snippet => quietly(exportSnippets(api, snippet === null ? null : [snippet.id])),
    importFrom: () => quietly(importSnippets(api)),
    addStarters: () =>
      quietly(
        api.snippets
          .addStarters()
          .then(added => tell(added === 0 ? 'All the starters are there.' : `${added} starters are back.`)),
      ),
  }
}

async function exportSnippets(
  api: Parts['api'],
  ids: Parameters<Parts['api']['snippets']['exportTo']>[0]['ids'],
): Promise<void> {
  const folder = await api.app.chooseFolder({ title: 'Where to put the snippets' })
  if (folder !== null) tell(`Written to ${await api.snippets.exportTo({ folder, ids })}.`)
}

const formats = { hawser: 'Hawser', electerm: 'electerm', termius: 'Termius' } as const

async function importSnippets(api: Parts['api']): Promise<void> {
  const path = await api.app.chooseFile({ title: 'Choose an export of Hawser, electerm or Termius' })
  if (path === null) return
  const { format, added, there, skipped } = await api.snippets.importFrom({ path })
  const parts = [
    `${added === 1 ? '1 snippet' : `${added} snippets`} from ${formats[format]}`,
    there > 0 && `${there} were there already`,
    added > 0 && 'None has a shortcut, and none presses Enter by itself: edit a snippet to change that',
    ...skipped.slice(0, 3),
    skipped.length > 3 && `${skipped.length - 3} more could not be used`,
  ]
  tell(`${parts.filter(Boolean).join('. ')}.`)
}

/** The dialogs of snippets, over whatever page is shown. */
export function SnippetDialogsOf({ parts }: { readonly parts: Parts }) {
  const open = useSnippetsView(state => state.dialog !== null)
  return open ? <OpenDialogs parts={parts} /> : null
}

function OpenDialogs({ parts }: { readonly parts: Parts }) {
  const { api, snippets } = parts
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
      { key: 'live', label: 'Live terminals', keys: live.map(targetKey) },
      ...groups,
    ],
    [book, groups, live],
  )
  const placesOf = useCallback((order: Order) => placesFor(order, book), [book])
  const numberKeys = useMemo(() => numberKeysOf(parts), [parts])
  return (
    <SnippetDialogs
      api={api}
      choices={choices}
      placesOf={placesOf}
      bunches={bunches}
      numberKeys={numberKeys}
      nameOf={labelOf}
      start={order => void snippets.perform(order).catch(tellProblem)}
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

/** The output of what runs apart, below the page. */
export function RunPanelOf({ parts }: { readonly parts: Parts }) {
  const { api, actions, snippets } = parts
  const panel = useMemo(
    () => ({
      api,
      copy: actions.copy,
      tell: (text: string) => tell(text),
      onProblem: tellProblem,
      showTmux: snippets.showTmux,
    }),
    [api, actions, snippets],
  )
  return <RunPanel parts={panel} />
}

/** The snippets of a target as buttons; in a terminal they run in it. */
export function SnippetsOf({ target, parts }: { readonly target: Target; readonly parts: Parts }) {
  const book = useHosts(state => state.book)
  const numberKeys = useMemo(() => numberKeysOf(parts), [parts])
  return (
    <HostSnippets
      target={target}
      book={book}
      numberKeys={numberKeys}
      run={snippet => {
        const pane = useWorkspace.getState().activeId === 'home' ? undefined : activePane()
        parts.snippets.run(snippet, pane ? { pane } : { target })
      }}
      runElsewhere={snippet => parts.snippets.run(snippet)}
    />
  )
}

/** Snippets, for the palette: those that were used last first. */
export function snippetItems(parts: Piece & Pick<Parts, 'commands'>): readonly PaletteItem[] {
  const { snippets } = parts
  const keysOf = numberKeysOf(parts)
  const pane = activePane()
  const { book } = useHosts.getState()
  const elsewhere = (mode: Snippet['mode']) => pane?.target.kind === 'local' && (mode === 'apart' || mode === 'tmux')
  const { snippets: all, used } = useSnippets.getState().book
  const here = all
    .filter(each => !pane || elsewhere(each.mode) || mayRun(each, pane.target, book))
    .toSorted((a, b) => (used[b.id] ?? 0) - (used[a.id] ?? 0))
  return here.map(snippet => ({
    id: `snippet:${snippet.id}`,
    title: `Run ${snippet.name}`,
    detail: snippet.package || snippet.description.slice(0, 40),
    keys: snippet.key === null ? '' : keysOf(snippet.key),
    icon: <SnippetIcon name={snippet.icon} size={15} />,
    run: () => {
      const pane = activePane()
      snippets.run(snippet, pane ? { pane } : {})
    },
  }))
}

const mostInMenu = 15

/** The snippets of a terminal as a menu, for where there is no room beside it. */
export function useSnippetMenu(parts: Piece, pane: Pane): readonly MenuItem[] {
  const hosts = useHosts(state => state.book)
  const book = useSnippets(state => state.book)
  const { snippets } = parts
  return useMemo(
    () => [
      ...snippetsFor(book, pane.target, hosts)
        .slice(0, mostInMenu)
        .map(snippet => ({
          label: snippet.name,
          icon: <SnippetIcon name={snippet.icon} size={14} />,
          run: () => snippets.run(snippet, { pane }),
        })),
      { label: 'All snippets', line: true, run: () => showHome('snippets') },
    ],
    [book, hosts, pane, snippets],
  )
}
