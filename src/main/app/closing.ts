/** What deciding about a window needs from around it. */
export interface ClosingParts {
  /** True while a closed window only hides: forwards go on in the tray. */
  readonly staysInTray: () => boolean
  readonly hide: () => void
  /** Asks whether to end what is still open; null when nothing is, or the person wants no question. */
  readonly askToClose: () => Promise<boolean> | null
  /** Asks whether to give up a text that is not saved. */
  readonly askToLeave: () => Promise<boolean>
  /** Closes the window once more, now that the person agreed. */
  readonly close: () => void
}

type Step = 'close' | 'leave'

/**
 * Decides whether a window closes. Electron wants to know at once and a person takes their time, so a close that needs an
 * answer is refused first and repeated after a yes: nothing waits for the question, and every connection goes on.
 */
export class Closing {
  readonly #parts: ClosingParts
  readonly #agreed = new Set<Step>()
  #asking = false
  #quitting = false

  constructor(parts: ClosingParts) {
    this.#parts = parts
  }

  /** The whole program is to end, so that the window must not stay in the tray. */
  quit(): void {
    this.#quitting = true
  }

  /** The system shuts down: nobody is there to be asked. */
  shutDown(): void {
    this.#quitting = true
    this.#agreed.add('close').add('leave')
  }

  /** False keeps the window: it went to the tray, or the person is being asked. One question is open at a time. */
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

  /** The page holds a text that is not saved; false keeps the page while the person is being asked. */
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
      // The person changed their mind: the next close is asked about anew.
      this.#agreed.clear()
      this.#quitting = false
    }
    // A question that can't be shown keeps the window.
    answer.then(settle, () => settle(false))
    return false
  }
}
