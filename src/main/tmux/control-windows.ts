import { cleanLine } from '../../shared/base/clean-text.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { ControlClient } from './control-client.ts'
import type { ControlEvent } from './control-parser.ts'
import { panesOf, parseLayout, type Layout } from './layout.ts'

const longestName = 512
// Each pane is a terminal: a server must not be able to open any number of them.
const mostPanes = 300
// The names of subscriptions, of which tmux tells within a second; it notifies nobody otherwise.
const programs = 'hawser-programs'
const order = 'hawser-order'

/** A window of the session. */
export interface ControlWindow {
  readonly id: number
  readonly name: string
  /** True if tmux names it after what runs in it; false if somebody gave it a name. */
  readonly isNamedByProgram: boolean
  readonly isActive: boolean
  /** One of its layout. */
  readonly activePane: number
  readonly layout: Layout
  /** The layout that is shown: one pane while it is zoomed. */
  readonly visible: Layout
  readonly isZoomed: boolean
}

const format =
  '#{session_id} #{window_id} #{window_active} #{pane_id} #{automatic-rename} #{window_zoomed_flag} #{window_layout} #{window_visible_layout} #{window_name}'

/** The windows of the session that a client is attached to, in tmux's order. */
export class ControlWindows {
  readonly #client: ControlClient
  readonly #changed = new Emitter<readonly ControlWindow[]>()
  readonly #replaced = new Emitter<number>()
  #windows: readonly ControlWindow[] = []
  /** The process IDs of the programs in all panes. */
  #panes: ReadonlyMap<number, string> = new Map()
  #id: number | undefined
  #waiting: (() => void)[] = []
  #isListing = false
  #listsAgain = false

  constructor(client: ControlClient) {
    this.#client = client
  }

  readonly onChanged = this.#changed.event
  /** Fired with a pane in which another program was started (`respawn-pane`), on a cleared screen. */
  readonly onReplaced = this.#replaced.event

  get current(): readonly ControlWindow[] {
    return this.#windows
  }

  /** True if the pane is in one of the windows. */
  has(pane: number): boolean {
    return this.#panes.has(pane)
  }

  /** The size of a pane; undefined for one that is hidden behind a zoomed one. */
  sizeOf(pane: number): TerminalSize | undefined {
    const place = this.#windows.flatMap(({ visible }) => panesOf(visible)).find(each => each.pane === pane)
    return place && { cols: place.width, rows: place.height }
  }

  /** Lists the windows for the first time, and has tmux report a new order of them and programs that are replaced. */
  start(): void {
    this.#client.request([`refresh-client -B '${programs}:%*:#{pane_pid}'`], () => {})
    this.#client.request([`refresh-client -B '${order}::#{W:#{window_id} #{automatic-rename} }'`], () => {})
    this.refresh()
  }

  /** Lists the windows; the listeners are called when tmux has answered, and then `done`. */
  refresh(done?: () => void): void {
    if (done) this.#waiting.push(done)
    if (this.#isListing) {
      this.#listsAgain = true
      return
    }
    this.#isListing = true
    const asked = this.#waiting.splice(0)
    this.#client.request([`list-windows -F '${format}'`, `list-panes -s -F '#{pane_id} #{pane_pid}'`], reply => {
      this.#isListing = false
      const [windows, panes] = reply.kind === 'done' ? reply.blocks : []
      if (windows && panes) this.#take(windows.lines.map(textOf), panes.lines.map(textOf))
      for (const each of asked) each()
      if (!this.#listsAgain) return
      this.#listsAgain = false
      this.refresh()
    })
  }

  /** Notes a notification; returns true if the client is no longer attached to its session. */
  handle(event: ControlEvent): boolean {
    switch (event.kind) {
      case 'layout-change':
        this.#relayout(event.window, event.layout, event.visible)
        return false
      case 'window-close':
        // tmux 3.3 says that a window was closed elsewhere, since the session no longer has it.
        if (this.#windows.some(({ id }) => id === event.window)) this.refresh()
        return false
      case 'window-add':
      case 'window-renamed':
        if (!event.elsewhere) this.refresh()
        return false
      case 'window-pane-changed':
      case 'session-window-changed':
        this.refresh()
        return false
      case 'subscription-changed':
        if (event.name === order) this.refresh()
        if (event.name === programs && event.pane !== null) this.#noteProgram(event.pane, event.value)
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
    this.#replaced.dispose()
  }

  #take(windows: readonly string[], panes: readonly string[]): void {
    // A layout that can't be read, of a later version of tmux, must not make its panes look closed.
    const before = this.#panes
    this.#panes = new Map(panes.map(readPane).filter(row => row !== null))
    const seen = new Set<number>()
    // A window can be linked to its session more than once.
    const once = ({ window: { id } }: FoundWindow) => !seen.has(id) && seen.add(id)
    const rows = windows.map(readWindow).filter(row => row !== null)
    const found = withinLimit(rows.filter(once))
    this.#id ??= found[0]?.session
    this.#set(found.map(({ window }) => window))
    for (const [pane, program] of this.#panes) if ((before.get(pane) ?? program) !== program) this.#replaced.fire(pane)
  }

  #noteProgram(pane: number, program: string): void {
    const before = this.#panes.get(pane)
    if (before === undefined || before === program) return
    this.#panes = new Map(this.#panes).set(pane, program)
    this.#replaced.fire(pane)
  }

  #relayout(id: number, layout: string, visible: string): void {
    const [whole, shown] = [parseLayout(layout), parseLayout(visible)]
    const known = this.#windows.find(window => window.id === id)
    // A pane that is missing may be in another window now: the list knows, and how many panes there may be.
    if (!whole || !shown || !known || idsOf(whole).join() !== idsOf(known.layout).join()) return this.refresh()
    const isZoomed = visible !== layout
    const changed = { ...known, layout: whole, visible: shown, isZoomed }
    this.#set(this.#windows.map(window => (window === known ? changed : window)))
  }

  #set(windows: readonly ControlWindow[]): void {
    this.#windows = windows.map(withActivePane)
    this.#changed.fire(this.#windows)
  }
}

/** The active pane may have been closed just now, or float above the others. A zoomed pane is always the active one. */
function withActivePane(window: ControlWindow): ControlWindow {
  const shown = idsOf(window.visible)
  const [first = window.activePane] = shown
  return shown.includes(window.activePane) ? window : { ...window, activePane: first }
}

/** The first windows, with at most 300 panes together. */
function withinLimit(found: readonly FoundWindow[]): readonly FoundWindow[] {
  let panes = 0
  return found.filter(({ window }) => (panes += panesOf(window.layout).length) <= mostPanes)
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line).toString('utf8')
}

function idsOf(layout: Layout): readonly number[] {
  return panesOf(layout).map(({ pane }) => pane)
}

/**
 * The name that somebody gave the window. tmux keeps a backslash as two; tmux up to 3.4 also puts one before the $ of what
 * could be a variable, and 3.4 prints two there.
 */
function givenName(printed: string): string {
  return printed.replaceAll(/\\{1,2}(?=\$[A-Za-z_{])|(\\)\\/g, '$1')
}

interface FoundWindow {
  readonly session: number
  readonly window: ControlWindow
}

function readPane(line: string): readonly [number, string] | null {
  const [, pane, program = ''] = /^%(\d{1,9}) (\d*)$/.exec(line) ?? []
  return pane === undefined ? null : [Number(pane), program]
}

function readWindow(line: string): FoundWindow | null {
  const match = /^\$(\d{1,9}) @(\d{1,9}) ([01]) %(\d{1,9}) ([01]) ([01]) (\S+) (\S+) (.*)$/.exec(line)
  if (!match) return null
  const [, session, id, active, pane, automatic, zoomed, first = '', second = '', name = ''] = match
  const [layout, visible] = [parseLayout(first), parseLayout(second)]
  if (!layout || !visible) return null
  const window = {
    id: Number(id),
    name: cleanLine(givenName(name), longestName),
    isNamedByProgram: automatic === '1',
    isActive: active === '1',
    activePane: Number(pane),
    layout,
    visible,
    isZoomed: zoomed === '1',
  }
  return { session: Number(session), window }
}
