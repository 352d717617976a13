import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Exit, TerminalId, TerminalSize, TerminalState } from '../../shared/contract/terminals.ts'
import type { LinkState } from '../ssh/link-watch.ts'
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
  /** The windows of the tmux session whose panes these terminals show; undefined for other terminals. */
  windows: SessionWindows | undefined
}

export interface TerminalEntry {
  readonly id: TerminalId
  readonly group: TerminalGroup
  size: TerminalSize
  session: TerminalSession | undefined
  /** The session of a shell that ended before a page received its output. */
  unseen: TerminalSession | undefined
}

/** How a shell ended, for the activity. */
export function wordsFor({ code, signal }: Exit): string {
  if (signal) return `Terminated by ${signal}`
  return code === null ? 'Ended' : `Exited with code ${code}`
}

/** The state of terminals on a live connection, with its weak algorithms. */
export function stateOf(link: LinkState, weak: readonly string[]): TerminalState {
  return link.kind === 'stalled'
    ? { kind: 'stalled', seconds: link.seconds }
    : { kind: 'ready', latencyMs: link.latencyMs, weak }
}

/** An end of which nothing more is known. */
export const noExit: Exit = { code: null, signal: null }

/** Identifies the session of a group, on its host. */
export function keyOf({ target, run }: TerminalGroup): string {
  return `${targetKey(target)} ${JSON.stringify(run && { ...run, known: undefined })}`
}
