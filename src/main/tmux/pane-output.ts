import { OutputPen } from './output-pen.ts'

const escape = 0x1b
const nameLetter = 0x6b
const titleStart = Buffer.from(']2;')
const switching = ['1049h', '1049l', '1047h', '1047l', '47h', '47l'].map(mode => Buffer.from(`\u001b[?${mode}`))
const longestSwitch = 8

/**
 * Prepares the output of a pane for a terminal that isn't tmux. Programs in tmux set the window's name by `ESC k name ESC
 * \`, which other terminals would print; it becomes the title (OSC 2). All other bytes stay as they are.
 */
export class PaneOutput {
  #afterEscape = false
  /** The last bytes, if they are the beginning of a character. */
  #character: Uint8Array = new Uint8Array()

  /** The end of the output, which may be the beginning of a sequence. */
  #tail = Buffer.alloc(0)
  #switchedScreen = false
  #pen = new OutputPen('normal')

  /** The sequence that restores the colours and character sets with which the program goes on. */
  get pen(): string {
    return this.#pen.sequence
  }

  /** The same for when it goes back to the normal screen. */
  get savedPen(): string {
    return this.#pen.savedSequence
  }

  /** True if the program shows the alternate screen. */
  get isAlternate(): boolean {
    return this.#pen.isAlternate
  }

  /** True if the latest output has switched between the normal and the alternate screen. */
  get switchedScreen(): boolean {
    return this.#switchedScreen
  }

  /** The first bytes of a character whose end is to come. */
  get unfinished(): Uint8Array {
    return this.#character
  }

  /** Forgets what came before, since a picture of the whole pane was drawn. */
  restart(screen: 'normal' | 'alternate'): void {
    this.interrupt()
    this.#pen = new OutputPen(screen)
  }

  /** Forgets the beginning of a sequence or character whose end is to come. */
  interrupt(): void {
    this.#pen.interrupt()
    this.#afterEscape = false
    this.#character = new Uint8Array()
    this.#tail = Buffer.alloc(0)
  }

  read(data: Uint8Array): Uint8Array {
    if (data.length === 0) return data
    this.#pen.read(data)
    this.#character = endOf(this.#character, data)
    this.#switchedScreen = this.#switches(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    const names = this.#names(data)
    this.#afterEscape = data.at(-1) === escape
    if (names.length === 0) return data
    const parts: Uint8Array[] = []
    let from = 0
    for (const at of names) {
      parts.push(data.subarray(from, at), titleStart)
      from = at + 1
    }
    return Buffer.concat([...parts, data.subarray(from)])
  }

  #switches(data: Buffer): boolean {
    const seam = Buffer.concat([this.#tail, data.subarray(0, longestSwitch - 1)])
    this.#tail = Buffer.concat([this.#tail, data.subarray(1 - longestSwitch)]).subarray(1 - longestSwitch)
    return switching.some(sequence => seam.includes(sequence) || data.includes(sequence))
  }

  /** Returns the places of each k after an ESC. */
  #names(data: Uint8Array): readonly number[] {
    const places = this.#afterEscape && data[0] === nameLetter ? [0] : []
    for (let at = data.indexOf(escape); at >= 0; at = data.indexOf(escape, at + 1))
      if (data[at + 1] === nameLetter) places.push(at + 1)
    return places
  }
}

/** True if the bytes begin within a character (RFC 3629). */
export function beginsWithin(data: Uint8Array): boolean {
  return data[0] !== undefined && (data[0] & 0xc0) === 0x80
}

/** Returns the last bytes of `before` and `data` that are the beginning of a character, at most three. */
function endOf(before: Uint8Array, data: Uint8Array): Uint8Array {
  // A Buffer's slice() would share its memory.
  const last = Uint8Array.from([...before, ...data.subarray(-3)]).slice(-3)
  for (let length = 1; length <= last.length; length++) {
    const byte = last[last.length - length] as number
    if ((byte & 0xc0) === 0x80) continue
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length < wanted ? last.slice(-length) : new Uint8Array()
  }
  return new Uint8Array()
}
