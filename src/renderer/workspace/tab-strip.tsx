import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { CircleQuestionMark, Files, House, KeyRound, Radio, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react'

import { useHosts } from '../mirrors/hosts.ts'
import { dragSource } from '../ui/drag-source.ts'
import { ContextMenu, type MenuItem } from '../ui/menu.tsx'
import { Dot, type Tone } from '../ui/tag.tsx'
import { movePane, renameTab, reorderTab } from './arrange.ts'
import css from './tab-strip.module.css'
import { titlesOf } from './tab-titles.ts'
import { isTmuxTab } from './tmux-tabs.ts'
import { activateTab, showHome, useWorkspace, type Tab } from './workspace-store.ts'

/** The state of a tab, shown next to its title. */
export interface TabLook {
  readonly tone: Tone
  readonly state: string
  /** A warning shown on the tab while it is open. */
  readonly warning?: string | null
  /** A question waiting in one of the tab's panes. */
  readonly question?: string | null
}

export interface TabStripProps {
  readonly lookOf: (tab: Tab) => TabLook
  readonly menuOf: (tab: Tab) => readonly MenuItem[]
  readonly onClose: (tabId: string) => void
  /** Called when a tab is clicked or renaming ends, so that focus can move to the content. */
  readonly onDone: () => void
  /** Content after the last tab. */
  readonly children: ReactNode
}

/** The tabs in the title bar: Home, then terminals and files. */
export function TabStrip({ lookOf, menuOf, onClose, onDone, children }: TabStripProps) {
  const tabs = useWorkspace(state => state.tabs)
  const activeId = useWorkspace(state => state.activeId)
  const hosts = useHosts(state => state.book.hosts)
  const titles = useMemo(() => titlesOf(tabs, hosts), [tabs, hosts])
  const titleOf = ({ id }: Tab) => titles.get(id) ?? ''
  const [renaming, setRenaming] = useState<string | null>(null)
  const strip = useRef<HTMLDivElement>(null)
  const width = useBarWidth(strip)
  const crowded = tabs.length * roomyTab > width - besideTabs
  useActiveInSight(strip, { activeId, count: tabs.length })
  useEffect(() => {
    const begin = (event: Event) => setRenaming((event as CustomEvent<string>).detail)
    window.addEventListener(renameEvent, begin)
    return () => window.removeEventListener(renameEvent, begin)
  }, [])
  return (
    <div ref={strip} className={css['strip']}>
      <div className={css['tabs']} data-crowded={crowded}>
        {/* A tablist may contain only tabs, so the close buttons are in a second layer, positioned by flex order. */}
        {/* eslint-disable-next-line jsx-a11y-x/interactive-supports-focus -- its tabs take the focus (ARIA APG, Tabs) */}
        <div role="tablist" aria-label="Tabs" className={css['layer']} onKeyDown={moveFocus}>
          <button
            type="button"
            role="tab"
            aria-selected={activeId === 'home'}
            tabIndex={activeId === 'home' ? 0 : -1}
            className={css['tab']}
            onClick={() => {
              showHome(useWorkspace.getState().page)
              onDone()
            }}
          >
            <House size={14} aria-hidden="true" /> Home
          </button>
          {tabs.map((tab, index) => (
            <OneTab
              key={tab.id}
              tab={tab}
              title={titleOf(tab)}
              order={2 * index + 1}
              active={tab.id === activeId}
              look={lookOf(tab)}
              menu={menuOf(tab)}
              onOpen={() => {
                activateTab(tab.id)
                onDone()
              }}
              onClose={() => onClose(tab.id)}
            />
          ))}
        </div>
        <div className={css['layer']}>
          {tabs.map((tab, index) => (
            <button
              key={tab.id}
              type="button"
              aria-label={`Close ${titleOf(tab)}`}
              title={`Close ${titleOf(tab)}`}
              className={css['close']}
              data-active={tab.id === activeId}
              style={{ order: 2 * index + 2 }}
              onClick={() => onClose(tab.id)}
            >
              <X size={13} />
            </button>
          ))}
        </div>
        {tabs.map((tab, index) =>
          renaming === tab.id ? (
            <Rename
              key={tab.id}
              tab={tab}
              title={titleOf(tab)}
              order={2 * index + 2}
              onDone={() => {
                setRenaming(null)
                onDone()
              }}
            />
          ) : null,
        )}
      </div>
      {children}
    </div>
  )
}

// In pixels: a tab with a short title and its close button, and what else the title bar holds. Where there are more tabs,
// their close buttons would leave the titles no room.
const [roomyTab, besideTabs] = [132, 480]

/**
 * Keeps the active tab in sight whatever changes in size: the window, a title, what is beside the tabs. Tabs that were
 * scrolled to with the wheel stay until another one is activated.
 */
function useActiveInSight(
  strip: RefObject<HTMLElement | null>,
  { activeId, count }: { readonly activeId: string; readonly count: number },
): void {
  useEffect(() => {
    const row = strip.current?.firstElementChild
    if (!row) return
    let lookingAround = false
    const lookAround = () => void (lookingAround = true)
    const observer = new ResizeObserver(() => {
      const active = row.querySelector('[role=tab][aria-selected=true]')
      if (!lookingAround) active?.scrollIntoView({ inline: 'nearest', block: 'nearest' })
    })
    for (const each of [row, ...row.querySelectorAll('[role=tab]')]) observer.observe(each)
    row.addEventListener('wheel', lookAround, { passive: true })
    return () => {
      observer.disconnect()
      row.removeEventListener('wheel', lookAround)
    }
  }, [strip, activeId, count])
}

function useBarWidth(strip: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(Infinity)
  useEffect(() => {
    const bar = strip.current?.parentElement
    if (!bar) return
    const observer = new ResizeObserver(() => setWidth(bar.clientWidth))
    observer.observe(bar)
    return () => observer.disconnect()
  }, [strip])
  return width
}

const renameEvent = 'hawser-rename-tab'

/** Starts renaming a tab. */
export function beginRename(tabId: string): void {
  window.dispatchEvent(new CustomEvent(renameEvent, { detail: tabId }))
}

/** A tab's title, with the number of panes if it has several. */
function dragLabelOf(tabId: string): string {
  const { tabs } = useWorkspace.getState()
  const tab = tabs.find(each => each.id === tabId)
  if (!tab) return ''
  const title = titlesOf(tabs, useHosts.getState().book.hosts).get(tabId) ?? ''
  const panes = tab.kind === 'terminals' ? Object.keys(tab.panes).length : 1
  return panes > 1 ? `${title} · ${panes} panes` : title
}

const springMs = 500

interface OneTabProps {
  readonly tab: Tab
  readonly title: string
  readonly order: number
  readonly active: boolean
  readonly look: TabLook
  readonly menu: readonly MenuItem[]
  readonly onOpen: () => void
  readonly onClose: () => void
}

function OneTab({ tab, title, order, active, look, menu, onOpen, onClose }: OneTabProps) {
  const ref = useRef<HTMLButtonElement>(null)
  const [over, setOver] = useState(false)
  useEffect(() => {
    const element = ref.current
    let timer: number | undefined
    if (!element) return
    return combine(
      dragSource(element, { data: () => ({ kind: 'tab', tabId: tab.id }), label: () => dragLabelOf(tab.id) }),
      dropTargetForElements({
        element,
        getData: () => ({ kind: 'tab-slot' }),
        onDragEnter: ({ source }) => {
          setOver(true)
          // Files held over a tab activate it, so that they can be dropped on its panes.
          if (source.data['kind'] === 'files') timer = window.setTimeout(() => activateTab(tab.id), springMs)
        },
        onDragLeave: () => {
          setOver(false)
          clearTimeout(timer)
        },
        onDrop: ({ source }) => {
          setOver(false)
          clearTimeout(timer)
          const { kind, tabId, paneId } = source.data
          if (kind === 'tab' && typeof tabId === 'string') reorderTab(tabId, tab.id)
          if (kind === 'pane' && typeof paneId === 'string') movePane(paneId, null)
        },
      }),
    )
  }, [tab.id])
  return (
    <ContextMenu items={menu}>
      {/* eslint-disable-next-line jsx-a11y-x/role-supports-aria-props -- aria-description is global in WAI-ARIA 1.3 */}
      <button
        ref={ref}
        type="button"
        role="tab"
        aria-selected={active}
        aria-label={title}
        tabIndex={active ? 0 : -1}
        title={[title, look.state, look.warning, look.question].filter(Boolean).join(', ')}
        aria-description={[look.warning, look.question].filter(Boolean).join('. ') || undefined}
        className={css['tab']}
        style={{ order }}
        data-closable
        data-over={over}
        onClick={onOpen}
        onAuxClick={event => (event.button === 1 ? onClose() : undefined)}
      >
        {tab.kind === 'files' ? <Files size={14} aria-hidden="true" /> : <Dot tone={look.tone} label={look.state} />}
        <span className={css['title']}>{title}</span>
        {look.warning != null && <KeyRound size={13} aria-hidden="true" className={css['warning']} />}
        {look.question != null && <CircleQuestionMark size={13} aria-hidden="true" className={css['warning']} />}
        {tab.kind === 'terminals' && tab.broadcast && (
          <Radio size={13} aria-label="Broadcasting input to all panes" className={css['broadcast']} />
        )}
      </button>
    </ContextMenu>
  )
}

interface RenameProps {
  readonly tab: Tab
  readonly title: string
  readonly order: number
  readonly onDone: () => void
}

function Rename({ tab, title, order, onDone }: RenameProps) {
  const ended = useRef(false)
  // A window of tmux may be shown with its session; its name is edited without.
  const name = isTmuxTab(tab) ? tab.tmux.name : title
  // Moving focus blurs the field, which would otherwise save a name that the user just cancelled.
  const end = (typed: string | null) => {
    if (ended.current) return
    ended.current = true
    // A title that was left as it is goes on following its pane or folder.
    if (typed !== null && typed !== name) renameTab(tab.id, typed)
    onDone()
  }
  return (
    <input
      className={css['rename']}
      style={{ order }}
      aria-label="Tab name"
      defaultValue={name}
      // eslint-disable-next-line jsx-a11y-x/no-autofocus -- it replaces the tab that was just double-clicked
      autoFocus
      onFocus={event => event.currentTarget.select()}
      onBlur={event => end(event.currentTarget.value)}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key !== 'Enter' && event.key !== 'Escape') return
        event.preventDefault()
        end(event.key === 'Enter' ? event.currentTarget.value : null)
      }}
    />
  )
}

// Arrow keys move between tabs and Enter activates one. Activating at once would move focus into its terminal.
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step === 0) return
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')]
  const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + step + tabs.length) % tabs.length]
  next?.focus()
  event.preventDefault()
}
