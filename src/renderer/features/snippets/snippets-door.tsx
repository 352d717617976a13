import { Braces } from 'lucide-react'

import { shownName } from '../../../shared/base/shown-name.ts'
import type { Snippet } from '../../../shared/contract/snippets.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { copyText } from '../../mirrors/copy-text.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { mirrorSnippets, useSnippets } from '../../mirrors/snippets.ts'
import type { MenuItem } from '../../ui/menu.tsx'
import type { PaletteItem } from '../../ui/palette-item.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { activePane, showHome, useWorkspace } from '../../workspace/workspace-store.ts'
import { HostSnippets } from './host-snippets.tsx'
import { OpenSnippetDialogs } from './open-snippet-dialogs.tsx'
import { RunPanel, type RunPanelParts } from './run-panel.tsx'
import { createSnippetRunner, type SnippetRunner } from './run-snippet.ts'
import { isUnderWay } from './run-text.ts'
import { snippetActions } from './snippet-actions.ts'
import { numberKeysOf, snippetCommands } from './snippet-commands.ts'
import { SnippetIcon } from './snippet-icon.tsx'
import { SnippetsPage } from './snippets-page.tsx'
import { mayRun, openSnippetDialog, showRun, snippetsFor, useSnippetsView } from './snippets-state.ts'

/** Snippets: their page, where they run, and the output of their runs. */
export function snippetsDoor(context: DoorContext) {
  const { api, follow, store } = context
  store.add(mirrorSnippets(api, follow))
  const snippets = createSnippetRunner(context)
  const actions = snippetActions(context, snippets)
  const numberKeys = numberKeysOf(context)
  const panel: RunPanelParts = {
    api,
    copy: text => copyText(api, text),
    showNotice: text => showNotice(text),
    onProblem: reportProblem,
    showTmux: snippets.showTmux,
  }
  return {
    pages: [
      {
        id: 'snippets',
        text: 'Snippets',
        icon: <Braces size={16} aria-hidden="true" />,
        place: 130,
        useCount: () => useSnippets(state => state.book.snippets.length),
        View: () => <SnippetsPage actions={actions} />,
      },
    ],
    commands: snippetCommands(context, snippets),
    palette: () => paletteItems(snippets, numberKeys),
    overlays: [
      {
        View: () => <OpenSnippetDialogs api={api} snippets={snippets} numberKeys={numberKeys} />,
        useOpen: () => useSnippetsView(state => state.dialog),
        close: () => openSnippetDialog(null),
      },
    ],
    beside: {
      title: 'Snippets',
      local: true,
      View: ({ target }) => <SnippetsOf target={target} snippets={snippets} numberKeys={numberKeys} />,
    },
    panel: () => <RunPanel parts={panel} />,
    status: RunningSnippet,
    terminalMenu: {
      label: name => `Snippets for ${name}`,
      icon: <Braces size={15} />,
      items: (pane: Pane) => terminalMenu(snippets, pane),
    },
    restored: () => void store.add(context.requests.shells.onOpened(opened => snippets.startUp(opened))),
  } satisfies Door
}

interface SnippetsOfProps {
  readonly target: Target
  readonly snippets: SnippetRunner
  readonly numberKeys: (number: number) => string
}

/** The snippets of a target as buttons; in a terminal they run in it. */
function SnippetsOf({ target, snippets, numberKeys }: SnippetsOfProps) {
  const book = useHosts(state => state.book)
  return (
    <HostSnippets
      target={target}
      book={book}
      numberKeys={numberKeys}
      run={snippet => {
        const pane = useWorkspace.getState().activeId === 'home' ? undefined : activePane()
        snippets.run(snippet, pane ? { pane } : { target })
      }}
      runElsewhere={snippet => snippets.run(snippet)}
    />
  )
}

function RunningSnippet() {
  const running = useSnippets(state => state.runs.find(run => run.rows.some(isUnderWay)))
  if (!running) return null
  return (
    <button type="button" onClick={() => showRun(running.id)}>
      {`Running ${shownName(running.name)}`}
    </button>
  )
}

/** Snippets, for the palette: those that were used last first. */
function paletteItems(snippets: SnippetRunner, numberKeys: (number: number) => string): readonly PaletteItem[] {
  const pane = activePane()
  const { book } = useHosts.getState()
  const elsewhere = (mode: Snippet['mode']) =>
    pane?.target.kind === 'local' && (mode === 'background' || mode === 'tmux')
  const { snippets: all, used } = useSnippets.getState().book
  const here = all
    .filter(each => !pane || elsewhere(each.mode) || mayRun(each, pane.target, book))
    .toSorted((a, b) => (used[b.id] ?? 0) - (used[a.id] ?? 0))
  return here.map(snippet => ({
    id: `snippet:${snippet.id}`,
    title: `Run ${snippet.name}`,
    detail: snippet.package || snippet.description.slice(0, 40),
    keys: snippet.key === null ? '' : numberKeys(snippet.key),
    icon: <SnippetIcon name={snippet.icon} size={15} />,
    run: () => {
      const pane = activePane()
      snippets.run(snippet, pane ? { pane } : {})
    },
  }))
}

const mostInMenu = 15

/** The snippets of a terminal as a menu, for where there is no room beside it. */
function terminalMenu(snippets: SnippetRunner, pane: Pane): readonly MenuItem[] {
  const { book } = useSnippets.getState()
  return [
    ...snippetsFor(book, pane.target, useHosts.getState().book)
      .slice(0, mostInMenu)
      .map(snippet => ({
        label: snippet.name,
        icon: <SnippetIcon name={snippet.icon} size={14} />,
        run: () => snippets.run(snippet, { pane }),
      })),
    { label: 'All snippets', line: true, run: () => showHome('snippets') },
  ]
}
