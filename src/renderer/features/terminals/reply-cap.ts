/**
 * What the terminal itself answers to programs: device attributes, status and cursor reports, mode and setting reports,
 * sizes, colours (ECMA-48, DEC STD 070, xterm's control sequences), kitty's flags. Of a person's keys only F3 with a
 * modifier looks like one of these.
 */
const reply =
  // eslint-disable-next-line no-control-regex -- replies begin with ESC
  /^\u001b(?:\[(?:[?>=]?[\d;]*(?:c|n|R|\$y)|\?\d+u|>[\d;]+m|[\d;]+t)|\][\d;]+[^\u0007\u001b]*(?:\u0007|\u001b\\)|P[\s\S]*\u001b\\)$/

export function isReply(data: string): boolean {
  return reply.test(data)
}

/** What a mouse or the focus makes a terminal send: meant for the program in it, never for those of other panes. */
// eslint-disable-next-line no-control-regex -- reports begin with ESC
export const isReport = (data: string) => /^\u001b\[(?:[IO]|<\d+;\d+;\d+[Mm])$/.test(data)

const bytesPerSecond = 4_096

/** Lets at most 4 kB of replies pass in a second: a server can ask a terminal to type for it. */
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
