import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId, TerminalSize, TerminalState } from '../../shared/contract/terminals.ts'
import type { Reconnection } from './reconnection.ts'
import type { SessionWindows } from './session-windows.ts'
import type { TerminalSession } from './terminal-session.ts'

/** Terminals with one channel, and so with one state: a single one, or those of the panes of a tmux session. */
export interface TerminalGroup {
  readonly target: Target
  readonly run: SessionRun | undefined
  readonly entries: Map<TerminalId, TerminalEntry>
  abort: AbortController
  state: TerminalState
  /** When the shell was started, as in `performance.now`; 0 if none was. */
  startedAt: number
  link: Disposable | undefined
  reconnection: Reconnection | undefined
  /** Those of a tmux session whose panes are the terminals. */
  windows: SessionWindows | undefined
}

export interface TerminalEntry {
  readonly id: TerminalId
  readonly group: TerminalGroup
  size: TerminalSize
  session: TerminalSession | undefined
}
