import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { House, Radio, X } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

import { ContextMenu, type MenuItem } from '../ui/menu.tsx'
import { Dot, type Tone } from '../ui/tag.tsx'
import css from './tab-strip.module.css'
import { activateTab, movePane, renameTab, reorderTab, showHome, useWorkspace, type Tab } from './workspace-store.ts'

/** What the strip shows of a tab beyond its title. */
export interface TabLook {
  readonly tone: Tone
  readonly state: string
}

export interface TabStripProps {
  readonly lookOf: (tab: Tab) => TabLook
  readonly menuOf: (tab: Tab) => readonly MenuItem[]
  readonly onClose: (tabId: string) => void
  /** What stands behind the last tab. */
  readonly children: ReactNode
}

/** The tabs in the title bar: Home, then the terminals. */
export function TabStrip({ lookOf, menuOf, onClose, children }: TabStripProps) {
  const tabs = useWorkspace(state => state.tabs)
  const activeId = useWorkspace(state => state.activeId)
  const [renaming, setRenaming] = useState<string | null>(null)
  useEffect(() => {
    const begin = (event: Event) => setRenaming((event as CustomEvent<string>).detail)
    window.addEventListener(renameEvent, begin)
    return () => window.removeEventListener(renameEvent, begin)
  }, [])
  return (
    <div className={css['strip']}>
      <div role="tablist" aria-label="Tabs" className={css['tabs']} onKeyDown={event => moveFocus(event)}>
        <button
          type="button"
          role="tab"
          aria-selected={activeId === 'home'}
          tabIndex={activeId === 'home' ? 0 : -1}
          className={css['tab']}
          onClick={() => showHome(useWorkspace.getState().page)}
        >
          <House size={14} /> Home
        </button>
        {tabs.map(tab =>
          renaming === tab.id ? (
            <Rename key={tab.id} tab={tab} onDone={() => setRenaming(null)} />
          ) : (
            <OneTab
              key={tab.id}
              tab={tab}
              active={tab.id === activeId}
              look={lookOf(tab)}
              menu={menuOf(tab)}
              onClose={() => onClose(tab.id)}
            />
          ),
        )}
      </div>
      {children}
    </div>
  )
}

const renameEvent = 'hawser-rename-tab'

/** Lets the person type a tab's name. */
export function beginRename(tabId: string): void {
  window.dispatchEvent(new CustomEvent(renameEvent, { detail: tabId }))
}

/** A tab's title: its own name, or the active pane's. */
export function titleOf(tab: Tab): string {
  return tab.title ?? tab.panes[tab.activePane]?.title ?? 'Terminal'
}

interface OneTabProps {
  readonly tab: Tab
  readonly active: boolean
  readonly look: TabLook
  readonly menu: readonly MenuItem[]
  readonly onClose: () => void
}

function OneTab({ tab, active, look, menu, onClose }: OneTabProps) {
  const ref = useRef<HTMLDivElement>(null)
  const [over, setOver] = useState(false)
  const title = titleOf(tab)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    return combine(
      draggable({ element, getInitialData: () => ({ kind: 'tab', tabId: tab.id }) }),
      dropTargetForElements({
        element,
        getData: () => ({ kind: 'tab-slot' }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: ({ source }) => {
          setOver(false)
          const { kind, tabId, paneId } = source.data
          if (kind === 'tab' && typeof tabId === 'string') reorderTab(tabId, tab.id)
          if (kind === 'pane' && typeof paneId === 'string') movePane(paneId, null)
        },
      }),
    )
  }, [tab.id])
  return (
    <ContextMenu items={menu}>
      <div ref={ref} className={css['slot']} data-over={over} data-active={active}>
        <button
          type="button"
          role="tab"
          aria-selected={active}
          aria-label={title}
          tabIndex={active ? 0 : -1}
          title={`${title}, ${look.state}`}
          className={css['tab']}
          onClick={() => activateTab(tab.id)}
          onAuxClick={event => (event.button === 1 ? onClose() : undefined)}
        >
          <Dot tone={look.tone} label={look.state} />
          <span className={css['title']}>{title}</span>
          {tab.broadcast && <Radio size={13} aria-label="Typing into all panes" className={css['broadcast']} />}
        </button>
        <button
          type="button"
          aria-label={`Close ${title}`}
          title={`Close ${title}`}
          className={css['close']}
          onClick={onClose}
          tabIndex={-1}
        >
          <X size={13} />
        </button>
      </div>
    </ContextMenu>
  )
}

function Rename({ tab, onDone }: { readonly tab: Tab; readonly onDone: () => void }) {
  const keep = (event: { currentTarget: HTMLInputElement }) => {
    renameTab(tab.id, event.currentTarget.value)
    onDone()
  }
  return (
    <input
      className={css['rename']}
      aria-label="Name of the tab"
      defaultValue={titleOf(tab)}
      autoFocus
      onFocus={event => event.currentTarget.select()}
      onBlur={keep}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Enter') keep(event)
        if (event.key === 'Escape') onDone()
      }}
    />
  )
}

// Arrow keys go from tab to tab, as the ARIA pattern for tabs has it.
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step === 0) return
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')]
  const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + step + tabs.length) % tabs.length]
  next?.focus()
  next?.click()
  event.preventDefault()
}
