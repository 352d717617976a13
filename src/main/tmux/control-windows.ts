import { cleanLine } from '../../shared/base/clean-text.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { ControlClient } from './control-client.ts'
import type { ControlEvent } from './control-parser.ts'
import { panesOf, parseLayout, type Layout } from './layout.ts'

const longestName = 512
const mostWindows = 1_000
/** The name of a subscription. */
const programs = 'hawser-programs'

/** A window of the session. */
export interface ControlWindow {
  readonly id: number
  readonly name: string
  /** True if tmux names it after what runs in it; false if somebody gave it a name. */
  readonly isNamedByProgram: boolean
  readonly isActive: boolean
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

  /** Lists the windows for the first time, and has tmux report programs that are replaced. */
  start(): void {
    this.#client.request([`refresh-client -B '${programs}:%*:#{pane_pid}'`], () => {})
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
    const found = windows
      .slice(0, mostWindows)
      .map(readWindow)
      .filter(row => row !== null)
      // A window can be linked to its session more than once.
      .filter(({ window: { id } }) => !seen.has(id) && seen.add(id))
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
    // A pane that is missing may be in another window now: the list knows.
    if (!whole || !shown || !known || idsOf(whole).join() !== idsOf(known.layout).join()) return this.refresh()
    const isZoomed = visible !== layout
    const changed = { ...known, layout: whole, visible: shown, isZoomed }
    this.#set(this.#windows.map(window => (window === known ? changed : window)))
  }

  #set(windows: readonly ControlWindow[]): void {
    this.#windows = windows
    this.#changed.fire(windows)
  }
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line).toString('utf8')
}

function idsOf(layout: Layout): readonly number[] {
  return panesOf(layout).map(({ pane }) => pane)
}

function readPane(line: string): readonly [number, string] | null {
  const [, pane, program = ''] = /^%(\d{1,9}) (\d*)$/.exec(line) ?? []
  return pane === undefined ? null : [Number(pane), program]
}

function readWindow(line: string): { readonly session: number; readonly window: ControlWindow } | null {
  const match = /^\$(\d{1,9}) @(\d{1,9}) ([01]) %(\d{1,9}) ([01]) ([01]) (\S+) (\S+) (.*)$/.exec(line)
  if (!match) return null
  const [, session, id, active, pane, automatic, zoomed, first = '', second = '', name = ''] = match
  const [layout, visible] = [parseLayout(first), parseLayout(second)]
  if (!layout || !visible) return null
  const window = {
    id: Number(id),
    name: cleanLine(name, longestName),
    isNamedByProgram: automatic === '1',
    isActive: active === '1',
    activePane: Number(pane),
    layout,
    visible,
    isZoomed: zoomed === '1',
  }
  return { session: Number(session), window }
}
