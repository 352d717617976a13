import type { Disposable } from '../../../shared/base/lifecycle.ts'

/** Keeps input until disposed. */
export interface Hold extends Disposable {
  /** Types a line and then the kept input. Does nothing and returns false if that was released before. */
  release(line: string): boolean
}

const interrupt = '\x03'

/**
 * Keeps what the user types into a shell that has just started, until Hawser has typed a line of its own: in between, that
 * line would end up in the user's.
 */
export class HeldInput {
  readonly #type: (data: string) => void
  #held: string[] | undefined

  /** `type` receives the kept input later. */
  constructor(type: (data: string) => void) {
    this.#type = type
  }

  hold(): Hold {
    this.release()
    const held: string[] = []
    this.#held = held
    const release = (first: readonly string[]) => {
      if (this.#held !== held) return false
      held.unshift(...first)
      this.release()
      return true
    }
    return { release: line => release([line]), dispose: () => void release([]) }
  }

  /** Returns true if the input is kept. Ctrl+C releases everything: a shell that hangs must not wait for Hawser. */
  keeps(data: string): boolean {
    if (data === interrupt) this.release()
    this.#held?.push(data)
    return this.#held !== undefined
  }

  /** Types the kept input. */
  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const each of held) this.#type(each)
  }
}
