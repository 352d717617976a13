/** The dependencies for deciding whether a window closes. */
export interface ClosingParts {
  /** True if a closed window is only hidden: forwards keep running in the tray. */
  readonly staysInTray: () => boolean
  readonly hide: () => void
  /** Asks whether to end what is still active; null if there is nothing, or the user has turned the question off. */
  readonly askToClose: () => Promise<boolean> | null
  /** Asks whether to discard unsaved changes. */
  readonly askToLeave: () => Promise<boolean>
  /** Closes the window again after the user agreed. */
  readonly close: () => void
}

type Step = 'close' | 'leave'

/**
 * Decides whether a window closes. Electron needs an answer at once, but the user takes time, so a close that needs
 * confirmation is refused first and repeated after a yes: nothing blocks on the question, and every connection keeps
 * working.
 */
export class Closing {
  readonly #parts: ClosingParts
  readonly #agreed = new Set<Step>()
  #asking = false
  #quitting = false

  constructor(parts: ClosingParts) {
    this.#parts = parts
  }

  /** Notes that the whole program is quitting, so that the window must not stay in the tray. */
  quit(): void {
    this.#quitting = true
  }

  /** Notes that the system is shutting down, so that nobody can be asked. */
  shutDown(): void {
    this.#quitting = true
    this.#agreed.add('close').add('leave')
  }

  /**
   * Returns false to keep the window: it was hidden in the tray, or the user is being asked. Only one question is open
   * at a time.
   */
  mayClose(): boolean {
    if (!this.#quitting && this.#parts.staysInTray()) {
      this.#parts.hide()
      return false
    }
    if (this.#agreed.has('close')) return true
    if (this.#asking) return false
    const answer = this.#parts.askToClose()
    return answer === null || this.#wait('close', answer)
  }

  /** Called when the page has unsaved changes; false keeps the page while the user is being asked. */
  mayLeave(): boolean {
    if (this.#agreed.has('leave')) return true
    return this.#asking ? false : this.#wait('leave', this.#parts.askToLeave())
  }

  #wait(step: Step, answer: Promise<boolean>): false {
    this.#asking = true
    const settle = (yes: boolean) => {
      this.#asking = false
      if (yes) {
        this.#agreed.add(step)
        return this.#parts.close()
      }
      // The user changed their mind: the next close asks again.
      this.#agreed.clear()
      this.#quitting = false
    }
    // If the question can't be shown, the window stays.
    answer.then(settle, () => settle(false))
    return false
  }
}
