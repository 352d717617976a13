import { useMemo } from 'react'
import { Bell, Plus, Search } from 'lucide-react'

import type { TerminalState } from '../../shared/contract/terminals.ts'

import { useHosts } from '../features/hosts/hosts-store.ts'
import { useNoticeCount } from '../features/notices/notices.tsx'
import { openPalette } from '../features/palette/palette.tsx'
import { requestClose } from '../features/terminals/close-dialog.tsx'
import { isLive, lookOf, useTerminals, weakOf, weakText } from '../features/terminals/terminals-store.ts'
import { IconButton } from '../ui/button.tsx'
import { Mark } from '../ui/mark.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { shownShortcut } from '../ui/shortcut.ts'
import ui from '../ui/ui.module.css'
import { TabStrip } from '../workspace/tab-strip.tsx'
import { activePane, showHome, useWorkspace, type Tab } from '../workspace/workspace-store.ts'
import css from './app.module.css'
import type { Parts } from './boot.ts'

const filesLook = { tone: 'none', state: 'files' } as const

/** The mark, the tabs, the way into the palette. */
export function TitleBar({
  parts,
  tabMenu,
}: {
  readonly parts: Parts
  readonly tabMenu: (tab: Tab) => readonly MenuItem[]
}) {
  const states = useTerminals(state => state.states)
  const clipboard = useTerminals(state => state.clipboard)
  const notices = useNoticeCount()
  const hosts = useHosts(state => state.book.hosts)
  const forwarding = useMemo(
    () => new Set<string>(hosts.filter(host => host.forwardAgent).map(host => host.id)),
    [hosts],
  )
  // The keys of a shell win there, Ctrl+K among them.
  const inShell = useWorkspace(state => isLive(states[activePane(state)?.id ?? '']))
  const paletteId = inShell ? 'palette-in-terminal' : 'palette'
  const palette = parts.commands.all.find(command => command.id === paletteId)
  return (
    <header className={css['titlebar']} data-platform={parts.info.platform}>
      <span className={css['mark']}>
        <Mark />
      </span>
      <TabStrip
        lookOf={tab =>
          tab.kind === 'files'
            ? filesLook
            : {
                ...lookOf(states[tab.activePane]),
                warning: warningOf(tab, { forwarding, states }),
                question: Object.keys(tab.panes).some(id => clipboard[id]) ? 'A program asks for the clipboard' : null,
              }
        }
        menuOf={tabMenu}
        onClose={tabId => requestClose(parts.terminals, { kind: 'tab', tabId })}
        onRenamed={() => focusActive(parts)}
      >
        <IconButton label="New tab" onClick={() => showHome('hosts')}>
          <Plus size={16} />
        </IconButton>
      </TabStrip>
      <span className={css['drag']} />
      <button type="button" className={css['palette']} onClick={openPalette}>
        <Search size={15} aria-hidden="true" />
        <span>Search hosts and commands</span>
        <span className={ui['kbd']}>{palette ? shownShortcut(parts.commands.keysOf(palette)) : ''}</span>
      </button>
      {notices > 0 && (
        <span className={css['bell']} role="img" aria-label={`${notices} notices`}>
          <Bell size={16} aria-hidden="true" />
        </span>
      )}
    </header>
  )
}

interface Exposed {
  /** The hosts whose programs can use the keys of this computer as long as the tab is open. */
  readonly forwarding: ReadonlySet<string>
  readonly states: Readonly<Record<string, TerminalState>>
}

function warningOf(tab: Tab, { forwarding, states }: Exposed): string | null {
  if (tab.kind !== 'terminals') return null
  const panes = Object.values(tab.panes)
  const exposed = panes.some(({ target }) => target.kind === 'host' && forwarding.has(target.hostId))
  const weak = panes.flatMap(({ id }) => weakOf(states[id]))
  const warnings = [...(exposed ? ['The agent is forwarded'] : []), ...(weak.length > 0 ? [weakText(weak)] : [])]
  return warnings.join('. ') || null
}

function focusActive({ terminals }: Parts): void {
  const pane = activePane()
  if (pane) terminals.focus(pane.id)
}
