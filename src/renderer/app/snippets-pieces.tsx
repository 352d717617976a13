import { useCallback, useMemo } from 'react'

import { groupChain } from '../../shared/contract/inheritance.ts'
import { targetKey, type Target } from '../../shared/contract/terminals.ts'
import { shownAddress, useHosts } from '../features/hosts/hosts-store.ts'
import { tell, tellProblem } from '../features/notices/notices.tsx'
import type { PaletteItem } from '../features/palette/palette.tsx'
import { HostSnippets } from '../features/snippets/host-snippets.tsx'
import { RunPanel } from '../features/snippets/run-panel.tsx'
import { SnippetDialogs } from '../features/snippets/snippet-dialogs.tsx'
import { SnippetIcon } from '../features/snippets/snippet-icon.tsx'
import { SnippetsPage, type SnippetActions } from '../features/snippets/snippets-page.tsx'
import { mayRun, useSnippets, type Order } from '../features/snippets/snippets-store.ts'
import { isLive, useTerminals } from '../features/terminals/terminals-store.ts'
import { allPanes, activePane, useWorkspace } from '../workspace/workspace-store.ts'
import { labelOf } from './actions.ts'
import type { Parts } from './boot.ts'

/** The keys before the number of a snippet: on macOS too, where Cmd and Shift with a number take pictures of the screen. */
export const numberKeys = 'Ctrl+Shift'

type Piece = Pick<Parts, 'api' | 'actions' | 'snippets'>

export function SnippetsHome({ parts }: { readonly parts: Parts }) {
  const actions = useMemo(() => snippetActions(parts), [parts])
  return <SnippetsPage actions={actions} />
}

function snippetActions({ api, actions, snippets }: Piece): SnippetActions {
  const quietly = (work: Promise<unknown>) => void work.catch(tellProblem)
  return {
    numberKeys,
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
    `${added} snippets from ${formats[format]}`,
    there > 0 && `${there} were there already`,
    ...skipped.slice(0, 3),
    skipped.length > 3 && `${skipped.length - 3} more could not be used`,
  ]
  tell(`${parts.filter(Boolean).join('. ')}.`)
}

/** The dialogs of snippets, over whatever page is shown. */
export function SnippetDialogsOf({ parts }: { readonly parts: Parts }) {
  const open = useSnippets(state => state.dialog !== null)
  return open ? <OpenDialogs parts={parts} /> : null
}

function OpenDialogs({ parts }: { readonly parts: Parts }) {
  const { api, snippets } = parts
  const book = useHosts(state => state.book)
  const states = useTerminals(state => state.states)
  const choices = useMemo(
    () => ({
      hosts: book.hosts.map(host => ({ key: host.id as string, label: host.label, detail: shownAddress(host) })),
      groups: book.groups.map(({ id, label }) => ({ key: `group:${id}`, label, detail: 'group' })),
    }),
    [book],
  )
  const bunches = useMemo(() => {
    const live = allPanes().filter(each => each.target.kind !== 'local' && isLive(states[each.id]))
    const within = (id: string) =>
      book.hosts.filter(host => groupChain(host.groupId, book.groups).some(each => each.id === id))
    return [
      { label: 'All hosts', keys: book.hosts.map(host => host.id as string) },
      { label: 'Live terminals', keys: [...new Set(live.map(each => targetKey(each.target)))] },
      ...book.groups.map(({ id, label }) => ({ label, keys: within(id).map(host => host.id as string) })),
    ]
  }, [book, states])
  const places = useCallback(
    (order: Order) => {
      const target = (host: (typeof book.hosts)[number]): Target => ({ kind: 'host', hostId: host.id })
      const hosts = book.hosts.filter(host => mayRun(order.snippet, target(host), book))
      // Terminals on what is not saved: where it was asked for, and those that are live.
      const others = [
        ...(order.pane ? [order.pane] : []),
        ...allPanes().filter(each => isLive(useTerminals.getState().states[each.id])),
      ]
      const unsaved = new Map(
        others
          .filter(each => each.target.kind !== 'host' && mayRun(order.snippet, each.target, book))
          .map(each => [targetKey(each.target), each.target]),
      )
      return [
        ...[...unsaved.values()].map(each => ({ target: each, label: labelOf(each) })),
        ...hosts.map(host => ({ target: target(host), label: host.label, detail: shownAddress(host) })),
      ]
    },
    [book],
  )
  return (
    <SnippetDialogs
      api={api}
      choices={choices}
      places={places}
      bunches={bunches}
      numberKeys={numberKeys}
      nameOf={labelOf}
      perform={snippets.perform}
    />
  )
}

/** The output of what runs apart, below the page. */
export function RunPanelOf({ parts }: { readonly parts: Parts }) {
  const { api, actions } = parts
  const panel = useMemo(
    () => ({
      api,
      copy: actions.copy,
      tell: (text: string) => tell(text),
      onProblem: tellProblem,
      attach: (target: Target, window: number) =>
        actions.openTerminalWith(target, `tmux attach -t '=hawser:${window}'\r`),
    }),
    [api, actions],
  )
  return <RunPanel parts={panel} />
}

/** The snippets of a target as buttons; in a terminal they run in it. */
export function SnippetsOf({ target, parts }: { readonly target: Target; readonly parts: Piece }) {
  const book = useHosts(state => state.book)
  return (
    <HostSnippets
      target={target}
      book={book}
      numberKeys={numberKeys}
      run={snippet => {
        const pane = useWorkspace.getState().activeId === 'home' ? undefined : activePane()
        parts.snippets.run(snippet, pane ? { pane } : { target })
      }}
    />
  )
}

/** Snippets, for the palette. */
export function snippetItems({ snippets }: Piece): readonly PaletteItem[] {
  return useSnippets.getState().book.snippets.map(snippet => ({
    id: `snippet:${snippet.id}`,
    title: `Run ${snippet.name}`,
    detail: snippet.package || snippet.description.slice(0, 40),
    keys: snippet.key === null ? '' : `${numberKeys}+${snippet.key}`,
    icon: <SnippetIcon name={snippet.icon} size={15} />,
    run: () => {
      const pane = activePane()
      snippets.run(snippet, pane ? { pane } : {})
    },
  }))
}
