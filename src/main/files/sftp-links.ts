import { randomBytes } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { joinPath, parentOf } from '../../shared/base/paths.ts'
import { decodeName } from '../sftp/byte-names.ts'
import type { SftpSession, SymlinkOrder } from '../sftp/sftp-session.ts'
import { leadsTo, sameMeaning } from './link-meaning.ts'
import { toInfo } from './sftp-entries.ts'

/** A link at the path has another target, or is not a link; it was removed again. */
export class WrongLinkError extends Error {}

/**
 * Creates symlinks on one server. SSH_FXP_SYMLINK has the new link first in the draft (draft-ietf-secsh-filexfer-02,
 * 6.9) and the target first in OpenSSH, and the greeting doesn't reveal which order a server follows. Before the first
 * link, one is created between two scratch names in the same folder, so that neither order creates anything elsewhere.
 */
export class SftpLinks {
  readonly #session: SftpSession
  #order: Promise<SymlinkOrder> | undefined

  constructor(session: SftpSession) {
    this.#session = session
  }

  /**
   * Creates a link at `path`, which must not exist. Errors: `WrongLinkError`, `SftpStatusError`, and those of a closed
   * session.
   */
  async make(target: string, path: string): Promise<void> {
    const folder = parentOf(path)
    const order = await this.#orderIn(folder)
    await this.#session.symlink(target, path, order)
    if (await this.#hasTarget(target, path, folder)) return
    await this.#session.remove(path).catch(unlessLost)
    throw new WrongLinkError('the link leads elsewhere')
  }

  // A refusal may apply to this folder only: the next link tries again.
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
      const [firstMade, secondMade] = await Promise.all([this.#exists(first), this.#exists(second)])
      if (firstMade === secondMade) throw new WrongLinkError('no link, or two')
      return secondMade ? 'target-first' : 'link-first'
    } finally {
      // Removes both: a server that refused may have created one anyway.
      await Promise.all([first, second].map(path => this.#session.remove(path).catch(() => {})))
    }
  }

  async #exists(path: string): Promise<boolean> {
    const attributes = await this.#session.lstat(path).catch(unlessLost)
    return attributes !== null || (await this.#session.readlink(path).catch(unlessLost)) !== null
  }

  async #hasTarget(target: string, path: string, folder: string): Promise<boolean> {
    const answer = await this.#session.readlink(path).catch(unlessLost)
    if (answer === null) {
      const attributes = await this.#session.lstat(path).catch(unlessLost)
      return attributes !== null && toInfo(attributes).kind === 'link'
    }
    const text = decodeName(answer)
    if (sameMeaning(folder, target, text)) return true
    // The server may return the folder's real path, or be restricted to a part of its disk.
    const real = await this.#session.realpath(folder).catch(unlessLost)
    const [wanted, found] = [leadsTo(real ? decodeName(real) : folder, target), leadsTo(folder, text)]
    return found === wanted || (wanted !== '/' && found.endsWith(wanted))
  }
}

function unlessLost(error: unknown): null {
  if (error instanceof AppError) throw error
  return null
}
