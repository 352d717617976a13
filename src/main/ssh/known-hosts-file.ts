import { lstat, readlink, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { appendToFile, writeAtomically } from '../storage/atomic-write.ts'
import { readRegularFile } from '../storage/regular-file.ts'
import { keyType } from './fingerprint.ts'
import {
  appendKnownHost,
  judgeHostKey,
  knownKeyTypes,
  parseKnownHosts,
  removeKnownHost,
  removeLines,
  usesHashes,
  type KnownHostsLine,
  type Verdict,
} from './known-hosts.ts'

/** The files to look in for a host; null means the default ones. */
export interface KnownHostsChoice {
  readonly userFiles: readonly string[] | null
  readonly globalFiles: readonly string[] | null
  /** Hashes new names, even in a file without hashed names. */
  readonly hash: boolean
}

/** A line and the file that contains it. */
export type FiledLine = KnownHostsLine & { readonly path: string }

const maxBytes = 64 * 1024 * 1024
// Configured by users who want no known hosts file at all.
const keepsNothing = /^(?:\/dev\/null|nul)$/i

const maxTries = 5

const defaultChoice: KnownHostsChoice = { userFiles: null, globalFiles: null, hash: false }

/**
 * The files of known host keys. They are read again each time, because other programs write them too. New keys are
 * written to the user's first file.
 */
export class KnownHostsFile {
  readonly path: string
  readonly #usual: readonly string[]
  readonly #global: readonly string[]
  #writes: Promise<unknown> = Promise.resolve()

  constructor(
    sshFolder: string,
    globalFiles: readonly string[] = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
  ) {
    this.path = join(sshFolder, 'known_hosts')
    this.#usual = [this.path, join(sshFolder, 'known_hosts2')]
    this.#global = globalFiles
  }

  async judge(name: string, key: Buffer, choice = defaultChoice): Promise<Verdict<FiledLine>> {
    return judgeHostKey(await this.#lines(choice), name, key)
  }

  async knownTypes(name: string, choice = defaultChoice): Promise<readonly string[]> {
    return knownKeyTypes(await this.#lines(choice), name)
  }

  /** True for one of the user's own files, not the system's. */
  isOwn(path: string, { userFiles }: KnownHostsChoice): boolean {
    return (userFiles ?? this.#usual).includes(path)
  }

  /** The lines of the user's own files. */
  async own(): Promise<readonly FiledLine[]> {
    return this.#lines({ ...defaultChoice, globalFiles: [] })
  }

  /** Stores a key that the user trusts, unless no file is to be kept. */
  async add(name: string, key: Buffer, choice = defaultChoice): Promise<void> {
    await this.#change(choice, text => {
      const hashed = choice.hash || usesHashes(parseKnownHosts(text))
      return appendKnownHost(text, { name, type: keyType(key), key, hashed })
    })
  }

  /** Replaces all keys stored for the host with a new one. */
  async replace(name: string, key: Buffer, choice = defaultChoice): Promise<void> {
    for (const path of (choice.userFiles ?? this.#usual).slice(1)) {
      const text = await this.#read(path)
      const without = removeKnownHost(text, name)
      if (without !== text) await this.#edit(path, () => without)
    }
    await this.#change(choice, text => {
      const hashed = choice.hash || usesHashes(parseKnownHosts(text))
      return appendKnownHost(removeKnownHost(text, name), { name, type: keyType(key), key, hashed })
    })
  }

  /** Removes lines from one of the user's files. Errors: `changed` if they were modified since they were read. */
  async remove(path: string, lines: readonly { readonly number: number; readonly text: string }[]): Promise<void> {
    if (!this.#usual.includes(path)) throw new AppError('not-found', `${path} is not a file that Hawser can change.`)
    await this.#edit(path, text => {
      const without = removeLines(text, lines)
      if (without === null)
        throw new AppError('changed', `${path} was changed by another program. Reload and try again.`)
      return without
    })
  }

  async #lines({ userFiles, globalFiles }: KnownHostsChoice): Promise<readonly FiledLine[]> {
    const paths = [...(userFiles ?? this.#usual), ...(globalFiles ?? this.#global)]
    const files = await Promise.all(
      paths.map(async path => parseKnownHosts(await this.#read(path)).map(line => ({ ...line, path }))),
    )
    return files.flat()
  }

  // latin1 preserves every byte of lines that are not UTF-8.
  async #read(path: string): Promise<string> {
    try {
      return (await readRegularFile(path, maxBytes)).data.toString('latin1')
    } catch (error) {
      if (keepsNothing.test(path)) return ''
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw new AppError('disk', `Couldn’t read ${path}, so no host key can be verified. Check its permissions.`, {
        cause: error,
      })
    }
  }

  async #change({ userFiles }: KnownHostsChoice, edit: (text: string) => string): Promise<void> {
    const [path] = userFiles ?? this.#usual
    if (path !== undefined) await this.#edit(path, edit)
  }

  async #edit(path: string, edit: (text: string) => string): Promise<void> {
    const run = async () => {
      for (let tries = 1; !(await this.#tryEdit(path, edit)); tries++)
        if (tries === maxTries)
          throw new AppError('changed', `Another program keeps changing ${path}. Try again later.`)
    }
    const result = this.#writes.then(run, run)
    this.#writes = result.catch(() => {})
    await result
  }

  /** Returns false without writing if another program changed the file, so that none of its lines are lost. */
  async #tryEdit(path: string, edit: (text: string) => string): Promise<boolean> {
    // A symlink (such as to a dotfiles folder) stays a symlink; /dev/null is left alone and stores nothing.
    const place = await realpath(path).catch(() => leadsTo(path))
    const info = await lstat(place).catch(() => null)
    if (info && !info.isFile()) return true
    const before = await this.#read(path)
    const text = edit(before)
    if (text === before) return true
    // ssh appends in the same way, so that concurrent additions are not lost.
    if (text.startsWith(before)) {
      await appendToFile(place, Buffer.from(text.slice(before.length), 'latin1'))
      return true
    }
    const moved = new AppError('changed', `${path} was changed by another program.`)
    try {
      await writeAtomically(place, Buffer.from(text, 'latin1'), {
        mode: info ? info.mode & 0o777 : 0o600,
        beforeReplacing: async () => {
          if ((await this.#read(path)) !== before) throw moved
        },
      })
      return true
    } catch (error) {
      if (error === moved) return false
      throw error
    }
  }
}

/** Resolves the target of a symlink, even if the target doesn't exist yet. */
async function leadsTo(path: string): Promise<string> {
  const target = await readlink(path).catch(() => null)
  return target === null ? path : resolve(dirname(path), target)
}
