/** The dependencies for bringing back a page that crashed or doesn't respond. */
export interface LostPageParts {
  /** Loads the page again after a crash. */
  readonly reload: () => void
  /** Ends the process of a page that doesn't respond, which counts as a crash. */
  readonly endProcess: () => void
  /** Closes the window without asking its page. */
  readonly destroy: () => void
  readonly quit: () => void
  /** Asks whether to quit, since loading the page again doesn't help. */
  readonly askToQuit: () => Promise<boolean>
  /** Asks whether to reload the page that doesn't respond; `closing` asks whether to close its window instead. */
  readonly askToGiveUp: (options: { readonly closing: boolean; readonly signal: AbortSignal }) => Promise<boolean>
  /** The time in milliseconds. */
  readonly now: () => number
}

// A page that crashes as soon as it is drawn would keep the computer busy for ever.
const [maxCrashes, withinMs] = [3, 60_000]

/**
 * Brings the page of a window back. Sessions don't depend on it, so a crashed page is loaded again at once; the user
 * decides only when it keeps crashing or doesn't respond.
 */
export class LostPage {
  readonly #parts: LostPageParts
  #crashes: readonly number[] = []
  #asking: AbortController | undefined

  constructor(parts: LostPageParts) {
    this.#parts = parts
  }

  /** Notes a crash. */
  crashed(): void {
    this.answered()
    const now = this.#parts.now()
    this.#crashes = [...this.#crashes.filter(time => now - time < withinMs), now]
    if (this.#crashes.length <= maxCrashes) return this.#parts.reload()
    this.#crashes = []
    const settle = (quit: boolean) => (quit ? this.#parts.quit() : this.#parts.reload())
    // If the question can't be shown, the window must not stay empty.
    this.#parts.askToQuit().then(settle, () => settle(false))
  }

  /** Notes that the page doesn't respond, or doesn't let its window close (`closing`). */
  stoppedAnswering({ closing }: { readonly closing: boolean }): void {
    if (this.#asking) return
    const asking = new AbortController()
    this.#asking = asking
    const settle = (yes: boolean) => {
      if (this.#asking !== asking) return
      this.#asking = undefined
      if (yes && closing) this.#parts.destroy()
      else if (yes) this.#parts.endProcess()
    }
    this.#parts.askToGiveUp({ closing, signal: asking.signal }).then(settle, () => settle(false))
  }

  /** Notes that the page responds again, or is gone: the question has no point any more. */
  answered(): void {
    const asking = this.#asking
    this.#asking = undefined
    asking?.abort()
  }
}
