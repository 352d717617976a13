import type { Disposable } from '../../../shared/base/lifecycle.ts'

/** The used parts of a KeyboardEvent. */
export interface KeyPress {
  readonly code: string
  readonly key: string
  readonly repeat: boolean
  readonly target: EventTarget | null
}

/** Finds the terminal around an element of the page; null outside of terminals. */
export type TerminalAround = (target: EventTarget | null) => object | null

const spent = Symbol('spent')

/**
 * Remembers in which terminal each key went down. The Enter that closes a dialog moves the focus with its keydown: its
 * keypress, and its repeats while it is held, arrive in the terminal behind and would run the text at the prompt. A key
 * belongs to the place where it was pressed until it is released.
 */
export class HeldKeys implements Disposable {
  readonly #places = new Map<string, object | symbol | null>()
  readonly #window: EventTarget
  readonly #terminalAround: TerminalAround

  /** Listens in the capture phase, before anything else in the window. */
  constructor(window: EventTarget, terminalAround: TerminalAround = xtermAround) {
    this.#window = window
    this.#terminalAround = terminalAround
    window.addEventListener('keydown', this.#note, true)
  }

  /** True if the key was pressed in the terminal that now receives it. */
  beganHere(event: KeyPress): boolean {
    const place = this.#places.get(nameOf(event))
    // The press of a repeated key may be missing, for example if it closed a system dialog.
    if (place === undefined) return !event.repeat
    return place !== spent && place === this.#terminalAround(event.target)
  }

  /** Marks a key as used: no terminal receives it until it is pressed again. */
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
