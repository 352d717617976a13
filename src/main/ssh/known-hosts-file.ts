import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { writeAtomically } from '../storage/atomic-write.ts'
import {
  appendKnownHost,
  judgeHostKey,
  knownKeyTypes,
  parseKnownHosts,
  removeKnownHost,
  usesHashes,
  type KnownHostsLine,
  type Verdict,
} from './known-hosts.ts'

/** The person's known_hosts file, read anew each time, as other programs write it too. */
export class KnownHostsFile {
  readonly path: string
  #writes: Promise<unknown> = Promise.resolve()

  constructor(sshFolder: string) {
    this.path = join(sshFolder, 'known_hosts')
  }

  async judge(name: string, key: Buffer): Promise<Verdict> {
    return judgeHostKey(await this.#lines(), name, key)
  }

  async knownTypes(name: string): Promise<readonly string[]> {
    return knownKeyTypes(await this.#lines(), name)
  }

  /** Files a key that the person trusted. */
  async add(name: string, type: string, key: Buffer): Promise<void> {
    await this.#change(text => appendKnownHost(text, { name, type, key, hashed: usesHashes(parseKnownHosts(text)) }))
  }

  /** Puts a new key in the place of all that were filed for the host. */
  async replace(name: string, type: string, key: Buffer): Promise<void> {
    await this.#change(text =>
      appendKnownHost(removeKnownHost(text, name), { name, type, key, hashed: usesHashes(parseKnownHosts(text)) }),
    )
  }

  async #lines(): Promise<readonly KnownHostsLine[]> {
    return parseKnownHosts(await this.#read())
  }

  // latin1 keeps every byte of lines that are not UTF-8.
  async #read(): Promise<string> {
    try {
      return await readFile(this.path, 'latin1')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw new AppError(
        'disk',
        `${this.path} could not be read, so no host key can be checked. Check its permissions.`,
        { cause: error },
      )
    }
  }

  async #change(edit: (text: string) => string): Promise<void> {
    const run = async () => {
      // A link (dotfiles kept elsewhere) stays a link.
      const place = await realpath(this.path).catch(() => this.path)
      await writeAtomically(place, Buffer.from(edit(await this.#read()), 'latin1'))
    }
    const result = this.#writes.then(run, run)
    this.#writes = result.catch(() => {})
    await result
  }
}
