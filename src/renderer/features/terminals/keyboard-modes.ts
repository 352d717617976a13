import type { Terminal } from '@xterm/xterm'

import { DisposableStore, type Disposable } from '../../../shared/base/lifecycle.ts'
import type { KeyModes } from './key-encoder.ts'
import { allKittyFlags } from './kitty-keys.ts'
import type { OtherKeysLevel } from './other-keys.ts'

// A full stack drops its oldest entry, as the protocol says: a program that only pushes must not fill the memory.
const deepest = 32

/** The flags of kitty's protocol for one screen. */
interface FlagStack {
  flags: number
  readonly saved: number[]
}

type Params = readonly (number | number[])[]

/**
 * The key encoding that the program in a terminal asked for: kitty's flags, which each screen has separately, and xterm's
 * modifyOtherKeys. A reset (RIS, DECSTR) clears them, and a new shell starts with one.
 */
export class KeyboardModes implements Disposable {
  readonly #terminal: Terminal
  readonly #reply: (data: string) => void
  readonly #store = new DisposableStore()
  #screens = newScreens()
  #otherKeys: OtherKeysLevel = 0

  /** Follows the terminal's output. `reply` types the answer to a query. */
  constructor(terminal: Terminal, reply: (data: string) => void) {
    this.#terminal = terminal
    this.#reply = reply
    const on = (prefix: string, final: string, handle: (params: Params) => void) =>
      this.#store.add(
        terminal.parser.registerCsiHandler({ prefix, final }, params => {
          handle(params)
          return true
        }),
      )
    on('>', 'u', params => this.#push(numberAt(params, 0)))
    on('<', 'u', params => this.#pop(numberAt(params, 0) || 1))
    on('=', 'u', params => this.#set(numberAt(params, 0), numberAt(params, 1) || 1))
    on('?', 'u', () => reply(`\x1b[?${this.current.kittyFlags}u`))
    on('>', 'm', params => this.#modifyKeys(params))
    on('>', 'n', params => this.#modifyKeys([numberAt(params, 0) || 4, 0]))
    on('?', 'm', params => this.#reportModifyKeys(numberAt(params, 0)))
    const reset = () => {
      this.#reset()
      return false
    }
    this.#store.add(terminal.parser.registerEscHandler({ final: 'c' }, reset))
    this.#store.add(terminal.parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset))
  }

  get current(): KeyModes {
    return {
      applicationCursor: this.#terminal.modes.applicationCursorKeysMode,
      kittyFlags: this.#screen.flags,
      otherKeys: this.#otherKeys,
    }
  }

  dispose(): void {
    this.#store.dispose()
  }

  get #screen(): FlagStack {
    return this.#screens[this.#terminal.buffer.active.type]
  }

  #reset(): void {
    this.#screens = newScreens()
    this.#otherKeys = 0
  }

  #push(flags: number): void {
    const screen = this.#screen
    screen.saved.push(screen.flags)
    if (screen.saved.length > deepest) screen.saved.shift()
    screen.flags = flags & allKittyFlags
  }

  #pop(count: number): void {
    const screen = this.#screen
    const kept = Math.max(0, screen.saved.length - count)
    screen.flags = (count > screen.saved.length ? undefined : screen.saved[kept]) ?? 0
    screen.saved.length = kept
  }

  /** Sets all flags (1), adds some (2) or removes some (3). */
  #set(flags: number, how: number): void {
    const screen = this.#screen
    const given = flags & allKittyFlags
    if (how === 1) screen.flags = given
    if (how === 2) screen.flags |= given
    if (how === 3) screen.flags &= ~given
  }

  /** XTMODKEYS: only the resource modifyOtherKeys (4) can be changed. Without parameters it is reset. */
  #modifyKeys(params: Params): void {
    const resource = numberAt(params, 0)
    if (params.length > 1 && resource !== 4) return
    if (resource !== 4 && resource !== 0) return
    this.#otherKeys = Math.min(2, Math.max(0, numberAt(params, 1))) as OtherKeysLevel
  }

  /** XTQMODKEYS: cursor and function keys always report 2, which is their fixed encoding. */
  #reportModifyKeys(resource: number): void {
    if (resource === 4) this.#reply(`\x1b[>4;${this.#otherKeys}m`)
    if (resource === 1 || resource === 2) this.#reply(`\x1b[>${resource};2m`)
  }
}

function newScreens(): Record<'normal' | 'alternate', FlagStack> {
  return { normal: { flags: 0, saved: [] }, alternate: { flags: 0, saved: [] } }
}

function numberAt(params: Params, at: number): number {
  const value = params[at]
  return typeof value === 'number' ? value : 0
}
