import type { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Exit, TerminalSize } from '../../shared/contract/terminals.ts'

/** How a shell ended: by itself, or because its connection was lost. */
export type ShellEnd =
  { readonly kind: 'exited'; readonly exit: Exit } | { readonly kind: 'lost'; readonly error: AppError }

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
