import { cleanLine } from '../../shared/base/clean-text.ts'
import { LineSplitter } from './line-splitter.ts'

// tmux writes at most 8 KiB of a pane at once, each byte as up to four (control.c); layouts are a few KiB.
const longestLine = 1024 * 1024
/** The output of one command that is kept; a line counts a little more than its bytes, for its own memory. */
const longestBlock = 16 * 1024 * 1024
const perLine = 64
const longestReason = 200
const longestName = 512

/** The output of one command, or its error. */
export interface ControlBlock {
  readonly number: number
  /** True for a command of this client; hooks and key bindings run commands of their own. */
  readonly own: boolean
  readonly failed: boolean
  readonly lines: readonly Uint8Array[]
  /** True if it was longer than 16 MiB: its end is missing. */
  readonly cut: boolean
}

/** A window of the session or, as `elsewhere`, of another one. */
interface WindowEvent {
  readonly kind: 'window-add' | 'window-close'
  readonly window: number
  readonly elsewhere: boolean
}

/** Everything that tmux says in control mode (tmux(1), CONTROL MODE), in the order in which it was said. */
export type ControlEvent =
  | { readonly kind: 'greeting'; readonly block: ControlBlock }
  | { readonly kind: 'block'; readonly block: ControlBlock }
  | { readonly kind: 'output'; readonly pane: number; readonly data: Uint8Array }
  | { readonly kind: 'pause' | 'continue' | 'pane-mode-changed'; readonly pane: number }
  | WindowEvent
  | {
      readonly kind: 'window-renamed'
      readonly window: number
      readonly name: string
      readonly elsewhere: boolean
    }
  | {
      readonly kind: 'layout-change'
      readonly window: number
      readonly layout: string
      /** The layout that is shown: that of one pane while it is zoomed. */
      readonly visible: string
    }
  | { readonly kind: 'window-pane-changed'; readonly window: number; readonly pane: number }
  | { readonly kind: 'session-changed'; readonly session: number; readonly name: string }
  | { readonly kind: 'session-renamed' | 'sessions-changed' }
  | { readonly kind: 'client-session-changed'; readonly session: number }
  | { readonly kind: 'session-window-changed'; readonly session: number; readonly window: number }
  | {
      readonly kind: 'subscription-changed'
      readonly name: string
      readonly pane: number | null
      readonly value: string
    }
  | { readonly kind: 'exit'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string }

interface OpenBlock {
  /** What follows `%begin`: the time, the number and the flags, which `%end` and `%error` repeat. */
  readonly guard: string
  readonly number: number
  readonly own: boolean
  readonly lines: Uint8Array[]
  bytes: number
  cut: boolean
}

/**
 * Reads the output of `tmux -C` from chunks that are split anywhere. Notifications that it doesn't know are ignored. After
 * `exit`, or `broken` for malformed input, it emits nothing more.
 */
export class ControlParser {
  readonly #emit: (event: ControlEvent) => void
  readonly #lines: LineSplitter
  #block: OpenBlock | undefined
  #greeted = false
  #isOver = false

  constructor(emit: (event: ControlEvent) => void) {
    this.#emit = emit
    this.#lines = new LineSplitter(
      {
        onLine: (line, isCut) => this.#read(line, isCut),
        onCut: () => this.#noteCut(),
        goesOn: () => !this.#isOver,
      },
      () => (this.#block ? roomIn(this.#block) : longestLine),
    )
  }

  push(chunk: Uint8Array): void {
    if (!this.#isOver) this.#lines.push(chunk)
  }

  #read(line: Uint8Array, isCut: boolean): void {
    if (this.#block) return this.#readInside(this.#block, line, isCut)
    if (line[0] !== percent) return this.#break('tmux sent something that isn’t its control protocol.')
    if (startsWith(line, outputWord)) return this.#readOutput(line, outputWord.length, false)
    if (startsWith(line, extendedWord)) return this.#readOutput(line, extendedWord.length, true)
    this.#readNotification(textOf(line))
  }

  #noteCut(): void {
    if (!this.#block) this.#break('tmux sent a line that is too long.')
  }

  #readInside(block: OpenBlock, line: Uint8Array, isCut: boolean): void {
    const failed = isGuard(line, '%error ', block.guard)
    if (failed || isGuard(line, '%end ', block.guard)) return this.#endBlock(block, failed)
    block.cut ||= isCut || block.bytes + line.length + perLine > longestBlock
    if (block.cut) return
    block.bytes += line.length + perLine
    block.lines.push(line.slice())
  }

  #endBlock({ number, own, lines, cut }: OpenBlock, failed: boolean): void {
    this.#block = undefined
    const kind = own || this.#greeted ? 'block' : 'greeting'
    this.#greeted ||= kind === 'greeting'
    this.#emit({ kind, block: { number, own, failed, lines, cut } })
  }

  #readOutput(line: Uint8Array, from: number, isExtended: boolean): void {
    const space = line.indexOf(blank, from)
    const pane = space < 0 ? null : idOf(textOf(line.subarray(from, space)), '%')
    // `%extended-output %0 12 : data`: its age, and whatever later versions add before the colon.
    const colon = isExtended ? indexOfColon(line, space) : space
    const data = pane === null || colon < 0 ? null : unescaped(line.subarray(colon + 1))
    if (pane === null || data === null) return this.#break('tmux sent malformed output of a pane.')
    this.#emit({ kind: 'output', pane, data })
  }

  #readNotification(text: string): void {
    const space = text.indexOf(' ')
    const word = space < 0 ? text : text.slice(0, space)
    const rest = space < 0 ? '' : text.slice(space + 1)
    if (word === '%begin') return this.#beginBlock(rest)
    if (word === '%end' || word === '%error') return this.#break('tmux ended a reply that it hadn’t begun.')
    const event = notification(word.slice(1), rest)
    if (event?.kind === 'exit') this.#isOver = true
    if (event) this.#emit(event)
  }

  #beginBlock(guard: string): void {
    const [, number, flags] = /^\d{1,20} (\d{1,15}) (\d{1,9})$/.exec(guard) ?? []
    if (number === undefined) return this.#break('tmux sent a malformed reply.')
    this.#block = { guard, number: Number(number), own: Number(flags) % 2 === 1, lines: [], bytes: 0, cut: false }
  }

  #break(reason: string): void {
    this.#isOver = true
    this.#block = undefined
    this.#emit({ kind: 'broken', reason })
  }
}

const percent = 0x25
const blank = 0x20
const colonByte = 0x3a
const backslash = 0x5c
const outputWord = Buffer.from('%output ')
const extendedWord = Buffer.from('%extended-output ')
const longestGuard = 64

/** The end of a block is always read. */
function roomIn({ bytes, cut }: OpenBlock): number {
  return cut ? longestGuard : Math.max(longestGuard, longestBlock - bytes)
}

function notification(word: string, rest: string): ControlEvent | undefined {
  const words = rest.split(' ')
  switch (word) {
    case 'pause':
    case 'continue':
    case 'pane-mode-changed':
      return withId(words[0], '%', pane => ({ kind: word, pane }))
    case 'exit':
      return { kind: 'exit', reason: cleanLine(rest, longestReason) }
    case 'session-renamed':
    case 'sessions-changed':
      return { kind: word }
    case 'session-changed':
      return withId(words[0], '$', session => ({ kind: word, session, name: nameAfter(rest) }))
    case 'client-session-changed':
      return withId(words[1], '$', session => ({ kind: word, session }))
    case 'session-window-changed':
      return withId(words[0], '$', session => withId(words[1], '@', window => ({ kind: word, session, window })))
    case 'subscription-changed':
      return subscription(rest)
    default:
      return aboutWindow(word, rest)
  }
}

function aboutWindow(word: string, rest: string): ControlEvent | undefined {
  const elsewhere = word.startsWith('unlinked-')
  const kind = elsewhere ? word.slice('unlinked-'.length) : word
  const words = rest.split(' ')
  return withId(words[0], '@', (window): ControlEvent | undefined => {
    switch (kind) {
      case 'window-add':
      case 'window-close':
        return { kind, window, elsewhere }
      case 'window-renamed':
        return { kind, window, elsewhere, name: nameAfter(rest) }
      case 'window-pane-changed':
        return withId(words[1], '%', pane => ({ kind, window, pane }))
      case 'layout-change': {
        const layout = words[1] ?? ''
        return { kind, window, layout, visible: words[2] ?? layout }
      }
      default:
        return undefined
    }
  })
}

/** `NAME $1 @1 1 %1 : VALUE`, with `-` for what the subscription isn't about. */
function subscription(rest: string): ControlEvent | undefined {
  const [, name, pane, value] = /^(\S+) \S+ \S+ \S+ (\S+)[^:]*? : (.*)$/s.exec(rest) ?? []
  if (name === undefined || pane === undefined || value === undefined) return undefined
  return { kind: 'subscription-changed', name, pane: idOf(pane, '%'), value }
}

function nameAfter(rest: string): string {
  const space = rest.indexOf(' ')
  return space < 0 ? '' : cleanLine(rest.slice(space + 1), longestName)
}

function withId(
  word: string | undefined,
  sign: '%' | '@' | '$',
  make: (id: number) => ControlEvent | undefined,
): ControlEvent | undefined {
  const id = idOf(word ?? '', sign)
  return id === null ? undefined : make(id)
}

/** Returns the number of `%1`, `@1` or `$1`; null if the word is no such ID. */
function idOf(word: string, sign: '%' | '@' | '$'): number | null {
  return word.startsWith(sign) && /^\d{1,9}$/.test(word.slice(1)) ? Number(word.slice(1)) : null
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

function startsWith(line: Uint8Array, word: Uint8Array): boolean {
  return line.length >= word.length && word.every((byte, at) => line[at] === byte)
}

function isGuard(line: Uint8Array, word: string, guard: string): boolean {
  return line[0] === percent && line.length <= longestGuard && textOf(line) === word + guard
}

/** Returns the position of the blank after the colon that stands alone; -1 if there is none. */
function indexOfColon(line: Uint8Array, from: number): number {
  for (let at = line.indexOf(colonByte, from); at > 0; at = line.indexOf(colonByte, at + 1))
    if (line[at - 1] === blank && line[at + 1] === blank) return at + 1
  return -1
}

/** Decodes `\ooo`; null for a backslash that isn't followed by the three digits of a byte. */
function unescaped(data: Uint8Array): Uint8Array | null {
  let at = data.indexOf(backslash)
  if (at < 0) return data.slice()
  const bytes = new Uint8Array(data.length)
  let [read, written] = [0, 0]
  while (at >= 0) {
    bytes.set(data.subarray(read, at), written)
    written += at - read
    const byte = octal(data[at + 1]) * 64 + octal(data[at + 2]) * 8 + octal(data[at + 3])
    if (!(byte <= 255)) return null
    bytes[written++] = byte
    read = at + 4
    at = data.indexOf(backslash, read)
  }
  bytes.set(data.subarray(read), written)
  return bytes.slice(0, written + data.length - read)
}

function octal(digit: number | undefined): number {
  return digit !== undefined && digit >= 0x30 && digit <= 0x37 ? digit - 0x30 : Number.NaN
}
