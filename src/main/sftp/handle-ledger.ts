import { AppError } from '../../shared/base/errors.ts'
import type { Handle } from './sftp-session.ts'

/**
 * Knows the handles that a server has given out. The draft wants one for each open file; Erlang's server gives the same one
 * to the third file that is open, and what is written to one of them ends up in another. Both files fail then, rather than
 * be damaged without a word.
 */
export class HandleLedger {
  readonly #where: string
  readonly #open = new Map<string, Handle>()
  readonly #shared = new WeakSet<Handle>()

  constructor(where: string) {
    this.#where = where
  }

  /** A file was opened. Throws `files-failed` where its handle belongs to another open file, which can't be used either. */
  add(handle: Handle): Handle {
    const key = handle.toString('latin1')
    const other = this.#open.get(key)
    if (!other) {
      this.#open.set(key, handle)
      return handle
    }
    this.#shared.add(other)
    throw this.#error()
  }

  /** Throws `files-failed` for a handle that a later file has got, too. */
  check(handle: Handle): Handle {
    if (this.#shared.has(handle)) throw this.#error()
    return handle
  }

  /** The file is being closed: its handle may be given to another one. */
  remove(handle: Handle): void {
    const key = handle.toString('latin1')
    if (this.#open.get(key) === handle) this.#open.delete(key)
  }

  #error(): AppError {
    const text = `${this.#where} confused two open files, so neither was copied. Copy them one at a time.`
    return new AppError('files-failed', text)
  }
}
