import { randomBytes } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo, FileKind, Space } from '../../shared/contract/files.ts'
import { decodeName, encodeName } from '../sftp/byte-names.ts'
import { openFlag, statusCode } from '../sftp/codec.ts'
import type { SftpSession } from '../sftp/sftp-session.ts'
import { SftpStatusError } from '../sftp/sftp-status-error.ts'
import { AccessLists } from './access-lists.ts'
import { ignoreRefusal } from './attributes.ts'
import { fileError, fromServer, type FileFailure } from './file-errors.ts'
import type { Commands, FileChange, FileSystem, ListOptions, Pace, ReadableFile, WritableFile } from './file-system.ts'
import { listFolder } from './list-folder.ts'
import { isOtherSpelling } from './other-spelling.ts'
import { toInfo } from './sftp-entries.ts'
import { openModes, SftpFile, toAttributes } from './sftp-file.ts'
import type { SftpLanes } from './sftp-lanes.ts'
import { SftpLinks, WrongLinkError } from './sftp-links.ts'

export interface SftpFilesParts {
  readonly label: string
  readonly key: string
  readonly session: SftpSession
  readonly lanes: SftpLanes
  readonly commands: Commands | null
  readonly roundTripMs: () => number
}

// Smaller files are as fast on one lane as on several.
const spreadBytes = 4 * 1024 * 1024
const longestName = 255
const maxFiles = 800

/** The files of a host over SFTP. */
export class SftpFiles implements FileSystem {
  readonly label: string
  readonly key: string
  readonly commands: Commands | null
  readonly umask = null
  readonly whole = null
  readonly #parts: SftpFilesParts
  readonly #links: SftpLinks
  readonly #lists: AccessLists | null
  readonly #ended = new AbortController()
  /** True once this server refused to remove the old name of a file moved by a second link. */
  #removesRefused = false

  constructor(parts: SftpFilesParts) {
    this.#parts = parts
    this.#links = new SftpLinks(parts.session)
    this.label = parts.label
    this.key = parts.key
    this.commands = parts.commands
    this.#lists = parts.commands && new AccessLists(parts.commands)
  }

  /** Emitted once when the files are no longer reachable. */
  get onClosed(): SftpSession['onClosed'] {
    return this.#session.onClosed
  }

  get pace(): Pace {
    const { limits } = this.#session
    return {
      chunk: Math.min(limits.read, limits.write),
      roundTripMs: this.#parts.roundTripMs(),
      files: Math.min(maxFiles, Math.floor(limits.handles * 0.75)),
    }
  }

  expect(bytes: number): void {
    if (bytes >= spreadBytes) this.#parts.lanes.prepare(bytes)
  }

  async home(): Promise<string> {
    return this.#try('.', async () => decodeName(await this.#session.realpath('.')))
  }

  list(path: string, options: ListOptions): Promise<void> {
    return this.#try(path, () => listFolder(this.#session, path, options))
  }

  info(path: string, { follow = false }: { follow?: boolean } = {}): Promise<FileInfo | null> {
    return this.#try(path, async () => {
      try {
        return toInfo(await (follow ? this.#session.stat(path) : this.#session.lstat(path)))
      } catch (error) {
        if (error instanceof SftpStatusError && missing.includes(error.status)) return null
        throw error
      }
    })
  }

  realPath(path: string): Promise<string> {
    return this.#try(path, async () => decodeName(await this.#session.realpath(path)))
  }

  open(path: string, size = 0): Promise<ReadableFile> {
    return this.#open(path, { flags: openModes.read, size })
  }

  create(
    path: string,
    { mode, how, size = 0 }: { mode?: number; how: 'exclusive' | 'truncate' | 'keep'; size?: number },
  ): Promise<WritableFile> {
    const extra = { exclusive: openFlag.exclusive, truncate: openFlag.truncate, keep: 0 }[how]
    const flags = openModes.write | openFlag.create | extra
    return this.#open(path, { flags, size, ...(mode === undefined ? {} : { mode }) })
  }

  makeFolder(path: string, mode?: number): Promise<void> {
    return this.#try(path, () => this.#session.mkdir(path, mode === undefined ? {} : { mode }), 'exists')
  }

  removeFile(path: string): Promise<void> {
    return this.#try(path, () => this.#session.remove(path), 'is-a-folder')
  }

  removeFolder(path: string): Promise<void> {
    return this.#try(path, () => this.#session.rmdir(path), 'not-empty')
  }

  /**
   * The draft requires SSH_FXP_RENAME to refuse an existing `to`, but some servers replace it, so no server is trusted
   * to. `to` is checked first, and a file is moved by creating a second link, which can't replace anything, if the
   * server supports hard links. Otherwise, and for folders and symlinks, a file created between the check and the
   * rename may be lost on such a server.
   */
  async rename(from: string, to: string, { known }: { known?: FileKind } = {}): Promise<void> {
    const linked = known === 'file' && this.#canLink
    // Creating the link also checks the name. Its failure is too vague; the code below finds the cause.
    if (linked && (await this.#moveByLink(from, to))) return
    const [there, kind] = await Promise.all([this.info(to), linked ? null : this.#kindToLink(from)])
    if (there) {
      if (from === to) return
      if (!(await isOtherSpelling(this, { from, to }, this.#ended.signal)))
        throw fileError('exists', { path: to, where: this.label })
      return this.#spellAnew(from, to)
    }
    if (kind === 'file') {
      if (await this.#moveByLink(from, to)) return
      await this.#refuseTaken(to)
    }
    try {
      await this.#session.rename(from, to)
    } catch (error) {
      if (error instanceof SftpStatusError) await this.#refuseTaken(to, error)
      throw await this.#explain(error, from)
    }
  }

  async replace(from: string, to: string): Promise<void> {
    await this.#lists?.keep(to, from)
    if (this.#session.has('posix-rename@openssh.com'))
      return this.#try(to, () => this.#session.posixRename(from, to), 'is-a-folder')
    const there = await this.info(to)
    if (!there) return this.#try(to, () => this.#session.rename(from, to))
    if (there.kind === 'folder') throw fileError('is-a-folder', { path: to, where: this.label })
    const aside = asideOf(to)
    await this.#try(to, () => this.#session.rename(to, aside))
    try {
      await this.#try(to, () => this.#session.rename(from, to))
    } catch (error) {
      await this.#session.rename(aside, to).catch((cause: unknown) => {
        const kept = `Couldn’t replace ${shortName(nameOf(to))} on ${this.label}. Its previous contents are in ${nameOf(aside)} in the same folder.`
        throw new AppError('files-failed', kept, { cause })
      })
      throw error
    }
    // The file is replaced even if the server doesn't remove the old one.
    await this.#session.remove(aside).catch((error: unknown) => {
      if (!(error instanceof SftpStatusError)) throw error
    })
  }

  readLink(path: string): Promise<string> {
    return this.#try(path, async () => decodeName(await this.#session.readlink(path)))
  }

  async makeLink(target: string, path: string): Promise<void> {
    await this.#refuseTaken(path)
    try {
      await this.#links.make(target, path)
    } catch (error) {
      if (error instanceof WrongLinkError) throw fileError('unsupported', { path, where: this.label, cause: error })
      throw await this.#explain(error, path, 'exists')
    }
  }

  change(path: string, change: FileChange): Promise<void> {
    return this.#try(path, () => this.#session.setstat(path, toAttributes(change)))
  }

  async space(path: string): Promise<Space | null> {
    if (!this.#session.has('statvfs@openssh.com')) return null
    return this.#try(path, () => this.#session.statvfs(path))
  }

  async copyInside(from: string, to: string): Promise<void> {
    if (!this.#session.has('copy-data')) throw fileError('unsupported', { path: from, where: this.label })
    await this.#try(from, async () => {
      const source = await this.#session.open(from, { flags: openFlag.read })
      try {
        const flags = openFlag.write | openFlag.create | openFlag.exclusive
        const target = await this.#session.open(to, { flags, attributes: { mode: 0o600 } })
        try {
          await this.#session.copyData({ handle: source, offset: 0, length: 0 }, { handle: target, offset: 0 })
        } finally {
          await this.#session.close(target)
        }
      } finally {
        await this.#session.close(source)
      }
    })
  }

  /** Ends its sessions; pending work is rejected with the reason, `cancelled` by default. */
  dispose(because?: AppError): void {
    this.#ended.abort()
    this.#parts.lanes.dispose(because)
    this.#session.dispose(because)
  }

  get #session(): SftpSession {
    return this.#parts.session
  }

  async #open(path: string, { flags, mode, size }: { flags: number; mode?: number; size: number }): Promise<SftpFile> {
    const { lanes } = this.#parts
    const spread = size >= spreadBytes
    if (spread) lanes.prepare(size)
    const { session, release } = lanes.ride(0)
    release()
    const attributes = mode === undefined ? {} : { mode }
    const likely = flags & openFlag.exclusive ? 'exists' : undefined
    const handle = await this.#try(path, () => session.open(path, { flags, attributes }), likely)
    const later = flags & openFlag.write ? openModes.write : openModes.read
    const explain = (error: unknown) => this.#explain(error, path)
    return new SftpFile({ path, lanes, first: { session, handle }, flags: later, spread, explain })
  }

  async #refuseTaken(path: string, cause?: unknown): Promise<void> {
    if (await this.info(path)) throw fileError('exists', { path, where: this.label, cause })
  }

  /** Renames through a third name: many servers treat the new spelling as another, existing file. */
  async #spellAnew(from: string, to: string): Promise<void> {
    const aside = asideOf(from)
    await this.#try(from, () => this.#session.rename(from, aside))
    try {
      await this.#session.rename(aside, to)
    } catch (error) {
      await this.#session.rename(aside, from).catch(() => {})
      throw await this.#explain(error, from)
    }
  }

  get #canLink(): boolean {
    return !this.#removesRefused && this.#session.has('hardlink@openssh.com')
  }

  /** Null if the server doesn't support hard links. */
  async #kindToLink(path: string): Promise<FileKind | null> {
    if (!this.#canLink) return null
    const info = await this.info(path).catch((error: unknown) => (ignoreRefusal(error), null))
    return info?.kind ?? null
  }

  /** Returns false if nothing was done: `to` exists, or the disk has no hard links. */
  async #moveByLink(from: string, to: string): Promise<boolean> {
    try {
      await this.#session.hardlink(from, to)
    } catch (error) {
      if (!(error instanceof SftpStatusError)) throw error
      return false
    }
    try {
      await this.#session.remove(from)
      return true
    } catch (error) {
      // A server may remove a file and still return an error (NFS repeats requests); the move is then complete.
      if ((await this.info(from)) === null) return true
      this.#removesRefused = true
      const undone = await this.#session.remove(to).then(
        () => true,
        () => false,
      )
      if (undone) return false
      const both = `Files can’t be deleted in this folder on ${this.label}, so ${shortName(nameOf(from))} now also exists as ${shortName(nameOf(to))}.`
      throw new AppError('no-permission', both, { cause: error })
    }
  }

  async #try<T>(path: string, work: () => Promise<T>, likely?: FileFailure): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw await this.#explain(error, path, likely)
    }
  }

  /** Finds the cause of a bare "Failure" from the state of the file and its disk. */
  async #explain(error: unknown, path: string, likely?: FileFailure): Promise<Error> {
    if (!(error instanceof SftpStatusError)) return error as Error
    const told = fromServer(error, path, this.label)
    // A failure with the server's own message is investigated like a bare one.
    if (told && told.code !== 'files-failed') return told
    const failed = (failure: FileFailure) => fileError(failure, { path, where: this.label, cause: error })
    if (encodeName(nameOf(path)).length > longestName) return failed('name-refused')
    try {
      // Uses the session directly: the investigation must not be investigated itself.
      const [here, space] = await Promise.all([
        this.#session.lstat(path).then(found => toInfo(found), unlessLost),
        this.#session.has('statvfs@openssh.com')
          ? this.#session.statvfs(parentOf(path)).catch(unlessLost)
          : Promise.resolve(null),
      ])
      if (likely === 'exists' && here) return failed('exists')
      if (space && space.total > 0 && space.free === 0) return failed('no-space')
      if (space?.readOnly === true) return failed('read-only')
      if (here?.kind === 'folder' && likely !== 'exists') return failed(likely ?? 'is-a-folder')
    } catch (lost) {
      if (lost instanceof AppError) return lost
    }
    return told ?? failed('files-failed')
  }
}

/** Returns a free name beside the path. */
function asideOf(path: string): string {
  const name = [...nameOf(path)].slice(0, 40).join('')
  return joinPath(parentOf(path), `.${name}.hawser-old-${randomBytes(4).toString('hex')}`)
}

function unlessLost(error: unknown): null {
  if (error instanceof AppError) throw error
  return null
}

const missing: readonly number[] = [statusCode.noSuchFile, statusCode.notADirectory]
