import type { Dialect } from '../../shared/base/shell-dialect.ts'

const maxHeld = 64 * 1024

/**
 * Returns a line that reports the process ID of a command, first on its standard error: the process group to signal
 * when it is to stop. sshd passes signals (RFC 4254, 6.9) to no command of root, and to none at all before OpenSSH 7.9.
 */
export function markLine(mark: string, dialect: Dialect): string {
  if (dialect === 'sh' || dialect === 'bash' || dialect === 'zsh') return `echo ${mark} $$ >&2\n`
  return dialect === 'fish' ? `echo ${mark} $fish_pid >&2\n` : ''
}

/** Removes the mark line from a command's output, and keeps the process ID in it. */
export class MarkFilter {
  readonly #mark: Buffer
  #held: Buffer | undefined = Buffer.alloc(0)
  #pid: number | null = null

  /** Null if no such line is expected. */
  constructor(mark: string | null) {
    this.#mark = Buffer.from(`${mark ?? ''} `)
    if (mark === null) this.#held = undefined
  }

  /** The remote process ID; null until known. */
  get pid(): number | null {
    return this.#pid
  }

  /** Returns the command's own part of the data. */
  pass(data: Buffer): Buffer {
    if (!this.#held) return data
    const held = Buffer.concat([this.#held, data])
    const at = held.indexOf(this.#mark)
    const end = at < 0 ? -1 : held.indexOf('\n', at)
    if (end < 0 && held.length < maxHeld) {
      this.#held = held
      return Buffer.alloc(0)
    }
    this.#held = undefined
    if (end < 0) return held
    const pid = Number(held.toString('latin1', at + this.#mark.length, end))
    // 0 and 1 would address every process.
    if (Number.isSafeInteger(pid) && pid > 1) this.#pid = pid
    return Buffer.concat([held.subarray(0, at), held.subarray(end + 1)])
  }

  /** Returns the held-back data after the end of the output. */
  rest(): Buffer {
    const held = this.#held ?? Buffer.alloc(0)
    this.#held = undefined
    return held
  }
}
