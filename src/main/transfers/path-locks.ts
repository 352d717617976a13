import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

/** Lets one copy at a time write to a path, so that two never share a part file. */
export class PathLocks {
  readonly #last = new Map<string, Promise<void>>()

  /** Waits for its turn. */
  async hold(key: string): Promise<Disposable> {
    const before = this.#last.get(key) ?? Promise.resolve()
    let release = () => {}
    const mine = new Promise<void>(resolve => (release = resolve))
    const turn = before.then(() => mine)
    this.#last.set(key, turn)
    await before
    return toDisposable(() => {
      release()
      if (this.#last.get(key) === turn) this.#last.delete(key)
    })
  }
}
