const lineEnd = 0x0a
const smallest = 4096
const kept = 64 * 1024

interface LineReader {
  /** Gets a line without its end, valid during the call only; `isCut` if only its beginning was kept. */
  onLine(line: Uint8Array, isCut: boolean): void
  /** Called once for a line of which only the beginning is kept, before its end has arrived. */
  onCut(): void
  /** Asked after each line; false drops the rest. */
  goesOn(): boolean
}

/** Splits bytes into lines, of which it never keeps more than `limit` bytes each. */
export class LineSplitter {
  readonly #reader: LineReader
  readonly #limit: () => number
  /** The beginning of a line whose end is to come. */
  #held: Uint8Array = new Uint8Array(smallest)
  #length = 0
  #isCut = false

  constructor(reader: LineReader, limit: () => number) {
    this.#reader = reader
    this.#limit = limit
  }

  push(data: Uint8Array): void {
    // A Buffer's slice() would share its memory.
    const chunk = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    let from = 0
    while (from < chunk.length && this.#reader.goesOn()) {
      const end = chunk.indexOf(lineEnd, from)
      if (end < 0) return this.#hold(chunk.subarray(from))
      this.#end(chunk.subarray(from, end))
      from = end + 1
    }
  }

  #end(last: Uint8Array): void {
    const isWhole = this.#length === 0 && !this.#isCut && last.length <= this.#limit()
    if (!isWhole) this.#hold(last)
    const line = isWhole ? last : this.#held.subarray(0, this.#length)
    const isCut = this.#isCut
    this.#length = 0
    this.#isCut = false
    this.#reader.onLine(line, isCut)
    if (this.#held.length > kept) this.#held = new Uint8Array(smallest)
  }

  #hold(more: Uint8Array): void {
    const room = Math.max(0, this.#limit() - this.#length)
    if (more.length > room && !this.#isCut) {
      this.#isCut = true
      this.#reader.onCut()
    }
    const part = more.subarray(0, room)
    const needed = this.#length + part.length
    if (needed > this.#held.length) {
      const larger = new Uint8Array(Math.max(needed, this.#held.length * 2))
      larger.set(this.#held.subarray(0, this.#length))
      this.#held = larger
    }
    this.#held.set(part, this.#length)
    this.#length = needed
  }
}
