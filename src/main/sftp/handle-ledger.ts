import { AppError } from '../../shared/base/errors.ts'

/** A file or folder that is open on the server. */
export type Handle = Buffer

/**
 * Tracks the handles that a server has returned. The draft requires a handle per open file; Erlang's server returns the
 * same one for the third open file, and data written to one file ends up in another. Both files then fail, rather than
 * being corrupted silently.
 */
export class HandleLedger {
  readonly #where: string
  readonly #open = new Map<string, Handle>()
  readonly #shared = new WeakSet<Handle>()

  constructor(where: string) {
    this.#where = where
  }

  /**
   * Records an opened file. Errors: `files-failed` if its handle belongs to another open file, which then becomes
   * unusable too.
   */
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

  /** Throws `files-failed` for a handle that was also returned for a later file. */
  check(handle: Handle): Handle {
    if (this.#shared.has(handle)) throw this.#error()
    return handle
  }

  /** Notes that the file is being closed: its handle may be reused. */
  remove(handle: Handle): void {
    const key = handle.toString('latin1')
    if (this.#open.get(key) === handle) this.#open.delete(key)
  }

  #error(): AppError {
    const text = `${this.#where} confused two open files, so neither was copied. Copy them one at a time.`
    return new AppError('files-failed', text)
  }
}
