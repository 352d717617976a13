import { cleanLine } from '../../shared/base/clean-text.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { ControlClient } from './control-client.ts'
import type { ControlEvent } from './control-parser.ts'
import { flow } from './control-pane.ts'
import { panesOf, parseLayout, type Layout } from './layout.ts'

const longestName = 512
const mostWindows = 1_000

/** A window of the session. */
export interface ControlWindow {
  readonly id: number
  readonly name: string
  readonly isActive: boolean
  readonly activePane: number
  readonly layout: Layout
  /** The layout that is shown: one pane while it is zoomed. */
  readonly visible: Layout
}

const format =
  '#{session_id} #{window_id} #{window_active} #{pane_id} #{window_layout} #{window_visible_layout} #{window_name}'

/** The windows of the session that a client is attached to. Output is only wanted of the pane that is shown. */
export class ControlSession {
  readonly #client: ControlClient
  readonly #changed = new Emitter<readonly ControlWindow[]>()
  readonly #hushed = new Set<number>()
  #windows: readonly ControlWindow[] = []
  #panes: ReadonlySet<number> = new Set()
  #id: number | undefined
  #shown: number | undefined
  #isListing = false
  #listsAgain = false

  constructor(client: ControlClient) {
    this.#client = client
  }

  readonly onChanged = this.#changed.event

  get id(): number | undefined {
    return this.#id
  }

  get windows(): readonly ControlWindow[] {
    return this.#windows
  }

  /** True if the pane is in one of the windows. */
  has(pane: number): boolean {
    return this.#panes.has(pane)
  }

  /** The size and place of a pane that is visible in its window. */
  placeOf(pane: number): { readonly width: number; readonly height: number } | undefined {
    return this.#windows.flatMap(({ visible }) => panesOf(visible)).find(place => place.pane === pane)
  }

  /** Lists the windows; the listeners are called when tmux has answered. */
  refresh(): void {
    if (this.#isListing) {
      this.#listsAgain = true
      return
    }
    this.#isListing = true
    this.#client.request([`list-windows -F '${format}'`, `list-panes -s -F '#{pane_id}'`], reply => {
      this.#isListing = false
      const [windows, panes] = reply.kind === 'done' ? reply.blocks : []
      if (windows && panes) this.#take(windows.lines.map(textOf), panes.lines.map(textOf))
      if (!this.#listsAgain) return
      this.#listsAgain = false
      this.refresh()
    })
  }

  /** Shows one pane: the output of all others is left out, which doesn't stop their programs. */
  show(pane: number): void {
    this.#shown = pane
    this.#hush()
  }

  /** Notes a notification; returns true if the client is no longer attached to its session. */
  handle(event: ControlEvent): boolean {
    switch (event.kind) {
      case 'layout-change':
        this.#relayout(event.window, event.layout, event.visible)
        return false
      case 'window-add':
      case 'window-close':
      case 'window-renamed':
        if (!event.elsewhere) this.refresh()
        return false
      case 'window-pane-changed':
      case 'session-window-changed':
        this.refresh()
        return false
      case 'session-changed':
        this.#id ??= event.session
        return event.session !== this.#id
      default:
        return false
    }
  }

  dispose(): void {
    this.#changed.dispose()
  }

  #take(windows: readonly string[], panes: readonly string[]): void {
    // A layout that can't be read, of a later version of tmux, must not make its panes look closed.
    this.#panes = new Set(panes.filter(text => /^%\d{1,9}$/.test(text)).map(text => Number(text.slice(1))))
    const found = windows
      .slice(0, mostWindows)
      .map(readWindow)
      .filter(row => row !== null)
    this.#id ??= found[0]?.session
    this.#set(found.map(({ window }) => window))
  }

  #relayout(id: number, layout: string, visible: string): void {
    const [whole, shown] = [parseLayout(layout), parseLayout(visible)]
    const known = this.#windows.find(window => window.id === id)
    if (!whole || !shown || !known) return this.refresh()
    this.#set(this.#windows.map(window => (window === known ? { ...window, layout: whole, visible: shown } : window)))
    if (idsOf(whole).join() !== idsOf(known.layout).join()) this.refresh()
  }

  #set(windows: readonly ControlWindow[]): void {
    this.#windows = windows
    this.#hush()
    this.#changed.fire(windows)
  }

  #hush(): void {
    if (this.#shown === undefined) return
    for (const pane of this.#hushed) if (!this.#panes.has(pane)) this.#hushed.delete(pane)
    for (const pane of this.#panes) {
      if (pane === this.#shown || this.#hushed.has(pane)) continue
      this.#hushed.add(pane)
      this.#client.request([flow(pane, 'pause')], () => {})
    }
  }
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line).toString('utf8')
}

function idsOf(layout: Layout): readonly number[] {
  return panesOf(layout).map(({ pane }) => pane)
}

function readWindow(line: string): { readonly session: number; readonly window: ControlWindow } | null {
  const match = /^\$(\d{1,9}) @(\d{1,9}) ([01]) %(\d{1,9}) (\S+) (\S+) (.*)$/.exec(line)
  if (!match) return null
  const [, session, id, active, pane, first = '', second = '', name = ''] = match
  const [layout, visible] = [parseLayout(first), parseLayout(second)]
  if (!layout || !visible) return null
  const window = {
    id: Number(id),
    name: cleanLine(name, longestName),
    isActive: active === '1',
    activePane: Number(pane),
    layout,
    visible,
  }
  return { session: Number(session), window }
}
