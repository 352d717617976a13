import { createHash } from 'node:crypto'

import type { RunOutput } from '../../shared/contract/snippets.ts'

const half = 1024 * 1024
const largestPart = 256 * 1024

/** The output of a command: its beginning and its end, 1 MiB of each; the rest is counted and dropped. */
export class OutputLog {
  readonly #head = new Blocks()
  readonly #tail = new Blocks()
  #bytes = 0
  readonly #hashes = { out: createHash('sha256'), err: createHash('sha256') }

  /** The total output in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  add(data: Buffer, stream: 'out' | 'err'): void {
    this.#bytes += data.length
    this.#hashes[stream].update(data)
    const room = Math.max(0, half - this.#head.bytes)
    if (room > 0) this.#head.add(data.subarray(0, room))
    if (data.length <= room) return
    this.#tail.add(data.subarray(room))
    this.#tail.keep(half)
  }

  /** Equal for equal output, however its two streams were interleaved. */
  digest(): string {
    return createHash('sha256')
      .update(this.#hashes.out.copy().digest())
      .update(this.#hashes.err.copy().digest())
      .digest('base64url')
  }

  /** Returns the output from byte `from` on, at most 256 KiB. */
  read(from: number): RunOutput {
    const tailAt = this.#bytes - this.#tail.bytes
    const inHead = from < this.#head.bytes
    const at = inHead ? from : Math.max(from, tailAt)
    const part = inHead ? this.#head.read(at, largestPart) : this.#tail.read(at - tailAt, largestPart)
    return { data: new Uint8Array(part), next: at + part.length, left: at - from }
  }

  /** Returns everything that was kept, with a line for the omitted part. */
  text(): string {
    const left = this.#bytes - this.#head.bytes - this.#tail.bytes
    const gap = left > 0 ? `\n[${left} bytes omitted]\n` : ''
    const [head, tail] = [this.#head.read(0, Infinity), this.#tail.read(0, Infinity)]
    return left > 0 ? `${head.toString()}${gap}${tail.toString()}` : Buffer.concat([head, tail]).toString()
  }
}

const blockBytes = 64 * 1024

/** Bytes in blocks of one size, so that a command that prints byte by byte doesn't need more memory. */
class Blocks {
  #blocks: Buffer[] = []
  #skip = 0
  bytes = 0

  add(data: Buffer): void {
    for (let at = 0; at < data.length;) {
      const end = (this.#skip + this.bytes) % blockBytes
      if (end === 0) this.#blocks.push(Buffer.allocUnsafe(blockBytes))
      const copied = data.copy(this.#blocks.at(-1) as Buffer, end, at)
      at += copied
      this.bytes += copied
    }
  }

  /** Drops whole blocks at the beginning while at least this many bytes remain. */
  keep(least: number): void {
    while (this.bytes - (blockBytes - this.#skip) >= least) {
      this.#blocks.shift()
      this.bytes -= blockBytes - this.#skip
      this.#skip = 0
    }
  }

  read(from: number, most: number): Buffer {
    const to = Math.min(this.bytes, from + most)
    const [first, last] = [Math.floor((this.#skip + from) / blockBytes), Math.ceil((this.#skip + to) / blockBytes)]
    const whole = Buffer.concat(this.#blocks.slice(first, last))
    const start = this.#skip + from - first * blockBytes
    return whole.subarray(start, start + Math.max(0, to - from))
  }
}
