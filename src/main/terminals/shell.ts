import type { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Exit, TerminalSize } from '../../shared/contract/terminals.ts'

/** How a shell came to its end: by itself, or because its link was lost. */
export type ShellEnd =
  { readonly kind: 'exited'; readonly exit: Exit } | { readonly kind: 'lost'; readonly error: AppError }

/** A running shell, here or on a remote host. Bytes in, bytes out; nothing is decoded. */
export interface Shell extends Disposable {
  onData(listener: (data: Buffer) => void): void
  /** Called once, after the last data. */
  onEnd(listener: (end: ShellEnd) => void): void
  write(data: Uint8Array): void
  resize(size: TerminalSize): void
  pause(): void
  resume(): void
}
