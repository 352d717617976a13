import { Bell, Plus, Search } from 'lucide-react'

import { useNoticeCount } from '../mirrors/notices.ts'
import { isLive, useTerminalStates } from '../mirrors/terminals.ts'
import { IconButton } from '../ui/button.tsx'
import { focusFront } from '../ui/keyboard-home.ts'
import { Mark } from '../ui/mark.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { shownShortcut } from '../ui/shortcut.ts'
import ui from '../ui/text.module.css'
import type { Door, DoorContext } from '../workspace/door.ts'
import type { Requests } from '../workspace/requests.ts'
import { TabStrip, type TabLook } from '../workspace/tab-strip.tsx'
import { activateTab, activePane, showHome, useWorkspace, type Tab } from '../workspace/workspace-store.ts'
import css from './app.module.css'

/** The mark, the tabs, the way into the palette. */
export function TitleBar({ context }: { readonly context: DoorContext }) {
  const { commands, doors, info, requests } = context
  const notices = useNoticeCount()
  const lookOf = useTabLooks(doors)
  // The keys of a shell win there, Ctrl+K among them.
  const active = useWorkspace(activePane)
  const inShell = useTerminalStates(({ states }) => isLive(states[active?.id ?? '']))
  const palette = commands.all.find(({ id }) => id === (inShell ? 'palette-in-terminal' : 'palette'))
  return (
    <header className={css['titlebar']} data-platform={info.platform}>
      <span className={css['mark']}>
        <Mark />
      </span>
      <TabStrip
        lookOf={lookOf}
        menuOf={tab => tabMenu(context, tab)}
        onClose={tabId => requests.close({ kind: 'tab', tabId })}
        onDone={() => focusActive(requests)}
      >
        <IconButton
          label="New tab"
          onClick={() => {
            showHome('hosts')
            focusFront()
          }}
        >
          <Plus size={16} />
        </IconButton>
      </TabStrip>
      <span className={css['drag']} />
      <button type="button" className={css['palette']} onClick={() => commands.run('palette')}>
        <Search size={15} aria-hidden="true" />
        <span>Search hosts and commands</span>
        <span className={ui['kbd']}>{palette ? shownShortcut(commands.keysOf(palette)) : ''}</span>
      </button>
      {notices > 0 && (
        <span className={css['bell']} role="img" aria-label={notices === 1 ? '1 notice' : `${notices} notices`}>
          <Bell size={16} aria-hidden="true" />
        </span>
      )}
    </header>
  )
}

/** How a tab looks, by the door of its kind. The doors never change, so neither does the order of their hooks. */
function useTabLooks(doors: readonly Door[]): (tab: Tab) => TabLook {
  const looks = doors.flatMap(({ tab }) => (tab ? [[tab.kind, tab.useLooks()] as const] : []))
  return tab => looks.find(([kind]) => kind === tab.kind)?.[1](tab) ?? { tone: 'none', state: '' }
}

function tabMenu({ commands, requests }: DoorContext, tab: Tab): readonly MenuItem[] {
  const ids = [
    'rename-tab',
    'duplicate-tab',
    ...(tab.kind === 'terminals' ? ['split-right', 'split-down', 'broadcast'] : []),
  ]
  const inTab = commands.menu(ids).map(item => ({
    ...item,
    run: () => {
      activateTab(tab.id)
      item.run()
    },
  }))
  const close = commands.menu(['close-tab']).map(item => ({
    ...item,
    run: () => requests.close({ kind: 'tab', tabId: tab.id }),
  }))
  return [...inTab, ...close]
}

function focusActive({ shells }: Requests): void {
  const pane = activePane()
  if (pane) shells.focus(pane.id)
  else focusFront()
}
