import { randomBytes } from 'node:crypto'

import { sh, type Script } from './script.ts'

/**
 * Marks the start and end of a script's output on both streams. Startup files of the login shell, forced commands and
 * logout files may print anything around it, with or without a line end; only the text between the marks belongs to the
 * script. The command line never contains a complete mark, so a shell that echoes its commands can't forge one.
 */
export class OutputMarks {
  readonly #word = randomBytes(9).toString('hex')

  /** Wraps a script in its marks. It runs in a subshell, so that it may `exit` or `exec`. */
  around(script: Script): Script {
    const word = this.#word
    return sh`printf '%s%s\\n' ${beginOf.errors} ${word} >&2
printf '%s%s\\n' ${beginOf.output} ${word}
( ${script}
)
hawser=$?
printf '%s%s %s\\n' ${endOf.output} ${word} "$hawser"
printf '%s%s %s\\n' ${endOf.errors} ${word} "$hawser" >&2
exit "$hawser"`
  }

  /** Returns a reader for standard output or standard error. */
  reader(of: 'output' | 'errors'): MarkReader {
    return new MarkReader(`${beginOf[of]}${this.#word}\n`, `${endOf[of]}${this.#word} `)
  }
}

const beginOf = { output: 'hawser-out-', errors: 'hawser-err-' }
const endOf = { output: 'hawser-out-end-', errors: 'hawser-err-end-' }

// More output than this before a script is not a greeting; reading stops.
const maxBefore = 1024 * 1024
const keptBefore = 16 * 1024
const longestCode = 4
const nothing = Buffer.alloc(0)

/** Extracts the script's own bytes from an output that arrives in chunks. */
export class MarkReader {
  readonly #begin: Buffer
  readonly #end: Buffer
  #state: 'before' | 'within' | 'code' | 'after' = 'before'
  /** Bytes that may be the start of a mark. */
  #held: Buffer = nothing
  #before: Buffer = nothing
  #skipped = 0
  #code: number | null = null

  constructor(begin: string, end: string) {
    this.#begin = Buffer.from(begin, 'latin1')
    this.#end = Buffer.from(end, 'latin1')
  }

  /** True once the script has started. */
  get began(): boolean {
    return this.#state !== 'before'
  }

  /** True if more was printed before the script than any greeting would. */
  get isFlooded(): boolean {
    return this.#state === 'before' && this.#skipped > maxBefore
  }

  /** The first 16 KiB of the output before the script. */
  get before(): Buffer {
    return this.#state === 'before' ? Buffer.concat([this.#before, this.#held]).subarray(0, keptBefore) : this.#before
  }

  /** The exit code that the script itself reported; null until then. */
  get code(): number | null {
    return this.#code
  }

  /** Returns the script's own bytes among the held-back bytes and `data`. */
  push(data: Buffer): Buffer {
    if (this.#state === 'after') return nothing
    const bytes = this.#held.length === 0 ? data : Buffer.concat([this.#held, data])
    this.#held = nothing
    if (this.#state === 'before') return this.#findBegin(bytes)
    return this.#state === 'within' ? this.#findEnd(bytes) : this.#readCode(bytes)
  }

  /** Returns the held-back bytes after the end of the output. */
  rest(): Buffer {
    const held = this.#state === 'within' ? this.#held : nothing
    if (this.#state === 'within') this.#held = nothing
    return held
  }

  #findBegin(bytes: Buffer): Buffer {
    const at = bytes.indexOf(this.#begin)
    const until = at < 0 ? Math.max(0, bytes.length - this.#begin.length + 1) : at
    this.#skipped += until
    if (this.#before.length < keptBefore)
      this.#before = Buffer.concat([this.#before, bytes.subarray(0, until)]).subarray(0, keptBefore)
    if (at < 0) {
      this.#held = bytes.subarray(until)
      return nothing
    }
    this.#state = 'within'
    return this.#findEnd(bytes.subarray(at + this.#begin.length))
  }

  #findEnd(bytes: Buffer): Buffer {
    const at = bytes.indexOf(this.#end)
    if (at >= 0) {
      this.#state = 'code'
      this.#readCode(bytes.subarray(at + this.#end.length))
      return bytes.subarray(0, at)
    }
    const whole = bytes.length - this.#partOfEnd(bytes)
    this.#held = bytes.subarray(whole)
    return bytes.subarray(0, whole)
  }

  /** Counts the bytes at the end of `bytes` that may be the start of the end mark. */
  #partOfEnd(bytes: Buffer): number {
    for (let length = Math.min(this.#end.length - 1, bytes.length); length > 0; length--)
      if (bytes.subarray(bytes.length - length).equals(this.#end.subarray(0, length))) return length
    return 0
  }

  #readCode(bytes: Buffer): Buffer {
    const newline = bytes.indexOf(0x0a)
    if (newline < 0 && bytes.length < longestCode) {
      this.#held = bytes
      return nothing
    }
    const digits = bytes.toString('latin1', 0, newline < 0 ? 0 : newline)
    if (/^\d{1,3}$/.test(digits)) this.#code = Number(digits)
    this.#state = 'after'
    return nothing
  }
}
