import { serverText, type ServerText } from '../../shared/base/server-text.ts'

const maxLetters = 4_000
// Limits a server that would keep the sign-in open by sending banners forever.
const maxBanners = 10

/** The banners of one sign-in (SSH_MSG_USERAUTH_BANNER, RFC 4252, 5.4), such as a notice or a link for signing in. */
export class Banner {
  #raw = ''
  #count = 0

  /** Adds a banner; returns true if there is new text to show. */
  add(text: string): boolean {
    if (this.#count++ >= maxBanners) return false
    const before = this.text?.fromServer
    // Text beyond the limit is never shown; the factor leaves room for escape sequences, which are removed later.
    this.#raw = `${this.#raw}${text}`.slice(0, maxLetters * 8)
    return this.text !== null && this.text.fromServer !== before
  }

  /** All banners as safe text; null if there is nothing to show. */
  get text(): ServerText | null {
    const { fromServer } = serverText(this.#raw, maxLetters)
    return fromServer.trim() === '' ? null : { fromServer: fromServer.trim() }
  }
}
