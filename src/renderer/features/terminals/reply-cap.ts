/**
 * The replies of the terminal itself to programs: device attributes, status and cursor reports, mode and setting reports,
 * sizes, colours (ECMA-48, DEC STD 070, xterm's control sequences), kitty's flags. The only key that looks like one is F3
 * with a modifier.
 */
const reply =
  // eslint-disable-next-line no-control-regex -- replies begin with ESC
  /^\u001b(?:\[(?:[?>=]?[\d;]*(?:c|n|R|\$y)|\?\d+u|>[\d;]+m|[\d;]+t)|\][\d;]+[^\u0007\u001b]*(?:\u0007|\u001b\\)|P[\s\S]*\u001b\\)$/

export function isReply(data: string): boolean {
  return reply.test(data)
}

/** True for mouse and focus reports: they are for the program in this pane only, never for other panes. */
// eslint-disable-next-line no-control-regex -- reports begin with ESC
export const isReport = (data: string) => /^\u001b\[(?:[IO]|<\d+;\d+;\d+[Mm])$/.test(data)

const bytesPerSecond = 4_096

/** Limits replies to 4 KiB per second: a server can make a terminal reply without end. */
export class ReplyCap {
  #windowStart = 0
  #used = 0

  allows(bytes: number, now: number): boolean {
    if (now - this.#windowStart >= 1_000) {
      this.#windowStart = now
      this.#used = 0
    }
    this.#used += bytes
    return this.#used <= bytesPerSecond
  }
}
