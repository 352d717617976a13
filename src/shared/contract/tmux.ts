import { z } from 'zod'

import { call, event } from './define.ts'
import type { SessionRun } from './session-run.ts'
import type { Target } from './targets.ts'
import { terminalId, terminalSize, type TerminalId } from './terminals.ts'
import { line } from './text.ts'

/** A part of a window, in cells. Between two parts is one cell. */
interface TmuxPlace {
  readonly width: number
  readonly height: number
}

/** How tmux divides a window: a pane, or parts side by side (`row`) or above each other (`column`). */
export type TmuxLayout = TmuxPlace &
  (
    | { readonly kind: 'pane'; readonly paneId: TerminalId }
    | { readonly kind: 'row' | 'column'; readonly parts: readonly TmuxLayout[] }
  )

/** A window of a session. Each of its panes is a terminal. */
export interface TmuxWindow {
  readonly id: number
  /** Cleaned. */
  readonly name: string
  /** True if tmux names it after what runs in it; false if somebody gave it a name. */
  readonly isNamedByProgram: boolean
  readonly activePane: TerminalId
  readonly layout: TmuxLayout
  /** The layout that is shown: that of one pane while it is zoomed. */
  readonly visible: TmuxLayout
  readonly isZoomed: boolean
}

/** A session whose windows are shown as tabs. It stays listed while it reconnects. */
export interface TmuxSession {
  readonly id: string
  readonly target: Target
  readonly run: SessionRun
  /** In tmux's order. */
  readonly windows: readonly TmuxWindow[]
}

const sides = z.enum(['left', 'right', 'top', 'bottom'])

/**
 * The sessions of tmux to which Hawser is attached in control mode (tmux(1), CONTROL MODE). Every call names a terminal:
 * it is about that pane or its window. Errors of all: `not-found` if the pane has gone, `lost` without a connection, and
 * `server-refused` with tmux's words.
 */
export const tmux = {
  list: call(z.void()).returns<readonly TmuxSession[]>(),
  onChanged: event<readonly TmuxSession[]>(),
  /** Sets the size of the window in cells, which tmux divides among its panes; another client may have a say in it. */
  resizeWindow: call(z.strictObject({ id: terminalId, size: terminalSize })).returns<void>(),
  /** Opens a pane beside this one, in its folder, and makes it active. Errors: `invalid-input` if it is too small. */
  split: call(z.strictObject({ id: terminalId, side: sides })).returns<void>(),
  /** Opens a window after that of this pane, in its folder; returns the new pane. */
  newWindow: call(z.strictObject({ id: terminalId })).returns<TerminalId>(),
  /** Terminates what runs in the pane. */
  closePane: call(z.strictObject({ id: terminalId })).returns<void>(),
  /** Terminates what runs in the window; the session ends with its last one. */
  closeWindow: call(z.strictObject({ id: terminalId })).returns<void>(),
  /** Shows the pane alone in its window, or ends that. */
  zoom: call(z.strictObject({ id: terminalId })).returns<void>(),
  /** Makes the pane the active one of its window, and its window that of the session. Resolves when `list` says so. */
  select: call(z.strictObject({ id: terminalId })).returns<void>(),
  /** Names the window; with an empty name tmux names it after what runs in it. */
  rename: call(z.strictObject({ id: terminalId, name: line(100) })).returns<void>(),
  /** Sets the width or height of the pane; its neighbours give or take the difference. */
  resizePane: call(
    z.strictObject({
      id: terminalId,
      size: z.union([terminalSize.pick({ cols: true }), terminalSize.pick({ rows: true })]),
    }),
  ).returns<void>(),
  /** Moves the window to the place of that of another pane. */
  moveWindow: call(z.strictObject({ id: terminalId, to: terminalId })).returns<void>(),
  /** Moves the pane to a side of another one of the session, or into a window of its own. Errors: as of `split`. */
  movePane: call(
    z.strictObject({ id: terminalId, to: z.strictObject({ id: terminalId, side: sides }).nullable() }),
  ).returns<void>(),
  /** Forgets the lines that have left the screen of the pane. */
  clearHistory: call(z.strictObject({ id: terminalId })).returns<void>(),
  /** Leaves the session, which keeps running. */
  detach: call(z.strictObject({ id: terminalId })).returns<void>(),
}
