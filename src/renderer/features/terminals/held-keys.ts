import type { Disposable } from '../../../shared/base/lifecycle.ts'

/** What is looked at of a KeyboardEvent. */
export interface KeyPress {
  readonly code: string
  readonly key: string
  readonly repeat: boolean
  readonly target: EventTarget | null
}

/** The terminal around an element of the page; null outside of them. */
export type TerminalAround = (target: EventTarget | null) => object | null

const spent = Symbol('spent')

/**
 * Knows in which terminal each key went down. The Enter that closes a dialog moves the focus with its keydown: its
 * keypress, and its repeats while it is held, arrive in the terminal behind and would run what stands at the prompt.
 * A key belongs to the place where it was pressed, until it is released.
 */
export class HeldKeys implements Disposable {
  readonly #places = new Map<string, object | symbol | null>()
  readonly #window: EventTarget
  readonly #terminalAround: TerminalAround

  /** Listens before anything else in the window does. */
  constructor(window: EventTarget, terminalAround: TerminalAround = xtermAround) {
    this.#window = window
    this.#terminalAround = terminalAround
    window.addEventListener('keydown', this.#note, true)
  }

  /** True for a key that was pressed in the terminal that now receives it. */
  beganHere(event: KeyPress): boolean {
    const place = this.#places.get(nameOf(event))
    // A repeat of a key whose press was never seen, such as one that closed a dialog of the system.
    if (place === undefined) return !event.repeat
    return place !== spent && place === this.#terminalAround(event.target)
  }

  /** A key has done its work: no terminal gets anything more of it until it is pressed again. */
  spend(event: KeyPress): void {
    this.#places.set(nameOf(event), spent)
  }

  dispose(): void {
    this.#window.removeEventListener('keydown', this.#note, true)
    this.#places.clear()
  }

  readonly #note = (event: Event) => {
    const press = event as unknown as KeyPress
    if (!press.repeat) this.#places.set(nameOf(press), this.#terminalAround(press.target))
  }
}

// Keys of an on-screen keyboard may have no code.
function nameOf({ code, key }: KeyPress): string {
  return code === '' ? key : code
}

function xtermAround(target: EventTarget | null): object | null {
  return target instanceof Element ? target.closest('.xterm') : null
}
