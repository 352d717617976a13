import type { Dialect } from '../../shared/base/shell-dialect.ts'

const mostHeld = 64 * 1024

/**
 * A line that tells the process of a command, first on its standard error: the group to end when it is to stop. sshd
 * passes signals on (RFC 4254, 6.9) to no command of root's, and not at all before OpenSSH 7.9.
 */
export function markLine(mark: string, dialect: Dialect): string {
  if (dialect === 'sh' || dialect === 'bash' || dialect === 'zsh') return `echo ${mark} $$ >&2\n`
  return dialect === 'fish' ? `echo ${mark} $fish_pid >&2\n` : ''
}

/** Takes the line of the mark out of what a command says, and keeps the number in it. */
export class MarkFilter {
  readonly #mark: Buffer
  #held: Buffer | undefined = Buffer.alloc(0)
  #pid: number | null = null

  /** Null where no such line comes. */
  constructor(mark: string | null) {
    this.#mark = Buffer.from(`${mark ?? ''} `)
    if (mark === null) this.#held = undefined
  }

  /** The process over there; null as long as it is not known. */
  get pid(): number | null {
    return this.#pid
  }

  /** What of the data is the command's own. */
  pass(data: Buffer): Buffer {
    if (!this.#held) return data
    const held = Buffer.concat([this.#held, data])
    const at = held.indexOf(this.#mark)
    const end = at < 0 ? -1 : held.indexOf('\n', at)
    if (end < 0 && held.length < mostHeld) {
      this.#held = held
      return Buffer.alloc(0)
    }
    this.#held = undefined
    if (end < 0) return held
    const pid = Number(held.toString('latin1', at + this.#mark.length, end))
    // 0 and 1 would be everything there is.
    if (Number.isSafeInteger(pid) && pid > 1) this.#pid = pid
    return Buffer.concat([held.subarray(0, at), held.subarray(end + 1)])
  }

  /** What is still held back, once nothing more comes. */
  rest(): Buffer {
    const held = this.#held ?? Buffer.alloc(0)
    this.#held = undefined
    return held
  }
}
