import { createHash } from 'node:crypto'

import type { RunOutput } from '../../shared/contract/snippets.ts'

const half = 1024 * 1024
const largestPart = 256 * 1024

/** What a command printed: its beginning and its end, 1 MiB of each; what is between is counted and let go. */
export class OutputLog {
  #head: Buffer[] = []
  #headBytes = 0
  #tail: Buffer[] = []
  #tailBytes = 0
  #bytes = 0
  readonly #hashes = { out: createHash('sha256'), err: createHash('sha256') }

  /** All that was printed, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  add(data: Buffer, stream: 'out' | 'err'): void {
    this.#bytes += data.length
    this.#hashes[stream].update(data)
    const room = half - this.#headBytes
    if (room > 0) {
      const first = data.subarray(0, room)
      this.#head.push(first)
      this.#headBytes += first.length
      data = data.subarray(room)
    }
    if (data.length === 0) return
    this.#tail.push(data)
    this.#tailBytes += data.length
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= half) this.#tailBytes -= this.#tail.shift()?.length ?? 0
  }

  /** Equal for equal output: how its two streams were woven together does not count. */
  digest(): string {
    return createHash('sha256')
      .update(this.#hashes.out.copy().digest())
      .update(this.#hashes.err.copy().digest())
      .digest('base64url')
  }

  /** What was printed from byte `from` on, 256 KiB at most. */
  read(from: number): RunOutput {
    const tailAt = this.#bytes - this.#tailBytes
    const inHead = from < this.#headBytes
    const at = inHead ? from : Math.max(from, tailAt)
    const whole = inHead ? Buffer.concat(this.#head).subarray(at) : Buffer.concat(this.#tail).subarray(at - tailAt)
    const part = whole.subarray(0, largestPart)
    return { data: new Uint8Array(part), next: at + part.length, left: at - from }
  }

  /** All that is kept, with a line for what is not. */
  text(): string {
    const left = this.#bytes - this.#headBytes - this.#tailBytes
    const gap = left > 0 ? `\n[${left} bytes left out]\n` : ''
    const decode = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8')
    return left > 0 ? decode(this.#head) + gap + decode(this.#tail) : decode([...this.#head, ...this.#tail])
  }
}
