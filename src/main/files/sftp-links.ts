import { randomBytes } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { joinPath, parentOf } from '../../shared/base/paths.ts'
import { decodeName } from '../sftp/byte-names.ts'
import type { SftpSession, SymlinkOrder } from '../sftp/sftp-session.ts'
import { leadsTo, sameMeaning } from './link-meaning.ts'
import { toInfo } from './sftp-entries.ts'

/** A link stands at the path, but leads elsewhere or is none; it was taken away again. */
export class WrongLinkError extends Error {}

/**
 * Makes links on one server. The draft has the new link first in SSH_FXP_SYMLINK (draft-ietf-secsh-filexfer-02, 6.9),
 * OpenSSH the target, and nothing in a greeting tells which a server follows: the first link is preceded by one between
 * two scratch names, both in the folder of the link, so that neither order makes anything elsewhere.
 */
export class SftpLinks {
  readonly #session: SftpSession
  #order: Promise<SymlinkOrder> | undefined

  constructor(session: SftpSession) {
    this.#session = session
  }

  /**
   * Makes a link at `path`, where nothing may stand. Errors: `WrongLinkError`, `SftpStatusError`, and those of a session
   * that has ended.
   */
  async make(target: string, path: string): Promise<void> {
    const folder = parentOf(path)
    const order = await this.#orderIn(folder)
    await this.#session.symlink(target, path, order)
    if (await this.#leadsThere(target, path, folder)) return
    await this.#session.remove(path).catch(unlessLost)
    throw new WrongLinkError('the link leads elsewhere')
  }

  // A refusal may be about this folder alone: the next link is tried anew.
  #orderIn(folder: string): Promise<SymlinkOrder> {
    if (!this.#order) {
      const order = this.#findOrder(folder)
      this.#order = order
      order.catch(() => {
        if (this.#order === order) this.#order = undefined
      })
    }
    return this.#order
  }

  async #findOrder(folder: string): Promise<SymlinkOrder> {
    const ending = randomBytes(8).toString('hex')
    const [first, second] = [joinPath(folder, `.hawser-first-${ending}`), joinPath(folder, `.hawser-second-${ending}`)]
    try {
      await this.#session.symlink(first, second, 'target-first')
      const [firstMade, secondMade] = await Promise.all([this.#isThere(first), this.#isThere(second)])
      if (firstMade === secondMade) throw new WrongLinkError('no link, or two')
      return secondMade ? 'target-first' : 'link-first'
    } finally {
      // Both: a server that refused may have made one all the same.
      await Promise.all([first, second].map(path => this.#session.remove(path).catch(() => {})))
    }
  }

  async #isThere(path: string): Promise<boolean> {
    const attributes = await this.#session.lstat(path).catch(unlessLost)
    return attributes !== null || (await this.#session.readlink(path).catch(unlessLost)) !== null
  }

  async #leadsThere(target: string, path: string, folder: string): Promise<boolean> {
    const answer = await this.#session.readlink(path).catch(unlessLost)
    if (answer === null) {
      const attributes = await this.#session.lstat(path).catch(unlessLost)
      return attributes !== null && toInfo(attributes).kind === 'link'
    }
    const text = decodeName(answer)
    if (sameMeaning(folder, target, text)) return true
    // The server may name the folder by its real path, or show a part of its disk as the whole.
    const real = await this.#session.realpath(folder).catch(unlessLost)
    const [wanted, found] = [leadsTo(real ? decodeName(real) : folder, target), leadsTo(folder, text)]
    return found === wanted || (wanted !== '/' && found.endsWith(wanted))
  }
}

function unlessLost(error: unknown): null {
  if (error instanceof AppError) throw error
  return null
}
