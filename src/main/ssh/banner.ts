import { serverText, type ServerText } from '../../shared/base/server-text.ts'

const mostLetters = 4_000
// A server that sends banner after banner would keep a sign-in open for ever.
const mostBanners = 10

/** The banners of one sign-in (SSH_MSG_USERAUTH_BANNER, RFC 4252, 5.4): a notice, or a link by which a person signs in. */
export class Banner {
  #raw = ''
  #count = 0

  /** Takes one in. True when a person has something new to read. */
  add(text: string): boolean {
    if (this.#count++ >= mostBanners) return false
    const before = this.text?.fromServer
    // Nothing beyond is shown; escapes take room, and are cleaned away.
    this.#raw = `${this.#raw}${text}`.slice(0, mostLetters * 8)
    return this.text !== null && this.text.fromServer !== before
  }

  /** All of them, made safe to show; null where there is nothing to read. */
  get text(): ServerText | null {
    const { fromServer } = serverText(this.#raw, mostLetters)
    return fromServer.trim() === '' ? null : { fromServer: fromServer.trim() }
  }
}
