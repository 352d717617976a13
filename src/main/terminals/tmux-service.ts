import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import type { TmuxSession } from '../../shared/contract/tmux.ts'
import type { AttachedSession } from '../tmux/attached-session.ts'
import { panesOf } from '../tmux/layout.ts'
import { windowCommands as commands, type PaneSide } from '../tmux/window-commands.ts'
import { Announcer } from '../work/announcer.ts'
import type { SessionWindows } from './session-windows.ts'

type Contract = Services['tmux']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface TmuxServiceParts {
  readonly sessions: () => readonly TmuxSession[]
  /** Errors: `not-found` for a terminal that is no pane of tmux. */
  readonly windowsOf: (id: TerminalId) => SessionWindows
  /** Ends all terminals of the session. */
  readonly leave: (id: TerminalId) => void
}

const announceMs = 15
const smallestSplit = 3

/** Runs the user's changes to the tmux sessions that are shown as tabs, and announces their windows. */
export class TmuxService implements Contract, Disposable {
  readonly #parts: TmuxServiceParts
  readonly #changed = new Announcer(() => this.list(), { everyMs: announceMs })
  readonly onChanged = this.#changed.event

  constructor(parts: TmuxServiceParts) {
    this.#parts = parts
  }

  /** A session has changed, or is another one. */
  touch(): void {
    this.#changed.touch()
  }

  list(): readonly TmuxSession[] {
    return this.#parts.sessions()
  }

  resizeWindow({ id, size }: Input<'resizeWindow'>): void {
    const { attached, window } = this.#at(id)
    attached.resize(window, size)
  }

  async split({ id, side }: Input<'split'>): Promise<void> {
    const { attached, pane } = this.#at(id)
    requireRoom(attached, pane, side)
    await attached.run(commands.split(pane, side))
  }

  async newWindow({ id }: Input<'newWindow'>): Promise<TerminalId> {
    const { windows, attached, window } = this.#at(id)
    const [printed = ''] = await attached.run(commands.newWindow(window))
    await attached.refresh()
    return windows.terminalIn(Number(/^%(\d{1,9})$/.exec(printed)?.[1]))
  }

  async closePane({ id }: Input<'closePane'>): Promise<void> {
    const { attached, pane } = this.#at(id)
    await attached.run(commands.closePane(pane))
  }

  async closeWindow({ id }: Input<'closeWindow'>): Promise<void> {
    const { attached, window } = this.#at(id)
    await attached.run(commands.closeWindow(window))
  }

  async zoom({ id }: Input<'zoom'>): Promise<void> {
    const { attached, pane } = this.#at(id)
    await attached.run(commands.zoom(pane))
  }

  async select({ id }: Input<'select'>): Promise<void> {
    const { attached, pane, window } = this.#at(id)
    const selected = [commands.selectPane(pane), commands.selectWindow(window)].map(each => attached.run(each))
    await Promise.all([...selected, attached.refresh()])
  }

  async rename({ id, name }: Input<'rename'>): Promise<void> {
    const { attached, window } = this.#at(id)
    await attached.run(commands.rename(window, name))
    await attached.refresh()
  }

  async resizePane({ id, size }: Input<'resizePane'>): Promise<void> {
    const { attached, pane } = this.#at(id)
    await attached.run(commands.resizePane(pane, size))
  }

  async moveWindow({ id, to }: Input<'moveWindow'>): Promise<void> {
    const { windows, attached, window } = this.#at(id)
    const { window: other } = this.#at(to, windows)
    const order = attached.windows.map(each => each.id)
    const place = order.indexOf(window) < order.indexOf(other) ? 'after' : 'before'
    await attached.run(commands.moveWindow(window, place, other))
    // tmux says nothing about a new order.
    await attached.refresh()
  }

  async movePane({ id, to }: Input<'movePane'>): Promise<void> {
    const { windows, attached, pane } = this.#at(id)
    const other = to ? this.#at(to.id, windows).pane : null
    if (to && other !== null) requireRoom(attached, other, to.side)
    await attached.run(to && other !== null ? commands.movePane(pane, to.side, other) : commands.breakPane(pane))
    await attached.refresh()
  }

  async clearHistory({ id }: Input<'clearHistory'>): Promise<void> {
    const { attached, pane } = this.#at(id)
    await attached.run(commands.clearHistory(pane))
    // The terminal keeps what tmux keeps.
    attached.pane(pane).redraw()
  }

  detach({ id }: Input<'detach'>): void {
    this.#parts.leave(id)
  }

  dispose(): void {
    this.#changed.dispose()
  }

  /** With `within`, of that session only: the ids of other servers are others. */
  #at(id: TerminalId, within?: SessionWindows) {
    const windows = this.#parts.windowsOf(id)
    if (within && windows !== within)
      throw new AppError('invalid-input', 'Windows and panes can’t be moved from one tmux session to another.')
    const { attached } = windows
    return { windows, attached, ...windows.placeOf(id) }
  }
}

/** tmux would call it “no space for new pane”: each part has at least one cell, and the border is another one. */
function requireRoom(attached: AttachedSession, pane: number, side: PaneSide): void {
  const place = attached.windows.flatMap(({ layout }) => panesOf(layout)).find(each => each.pane === pane)
  const room = (side === 'left' || side === 'right' ? place?.width : place?.height) ?? smallestSplit
  if (room < smallestSplit) throw new AppError('invalid-input', 'This pane is too small to split.')
}
