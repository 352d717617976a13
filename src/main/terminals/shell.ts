import type { AppError } from '../../shared/base/errors.ts'
import type { Event } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Exit, TerminalSize } from '../../shared/contract/terminals.ts'

/** How a shell ended: by itself, or because its connection was lost. */
export type ShellEnd =
  | { readonly kind: 'exited'; readonly exit: Exit; readonly sentence?: string }
  | { readonly kind: 'lost'; readonly error: AppError }

/** A running local or remote shell. It reads and writes bytes; nothing is decoded. */
export interface Shell extends Disposable {
  onData(listener: (data: Buffer) => void): void
  /** The listener is called once, after the last data. */
  onEnd(listener: (end: ShellEnd) => void): void
  write(data: Uint8Array): void
  resize(size: TerminalSize): void
  pause(): void
  resume(): void
}

/**
 * A shell whose screen is kept elsewhere, as tmux does for its panes: it decides about the size of the terminal, answers
 * the queries of programs, and draws itself for each terminal that shows it. It has no data before the first `redraw`.
 */
export interface DrawnShell extends Shell {
  /** The size that the terminal must have for the data that follows. */
  readonly size: TerminalSize
  readonly onSize: Event<TerminalSize>
  /** Emits all that the terminal has to show, and the output from then on. */
  redraw(): void
}

export function isDrawn(shell: Shell): shell is DrawnShell {
  return 'redraw' in shell
}
