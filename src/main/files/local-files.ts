import { constants, type Stats } from 'node:fs'
import {
  chmod,
  copyFile,
  lchown,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
} from 'node:fs/promises'
import { statfs, symlink, truncate, unlink, utimes, type FileHandle } from 'node:fs/promises'
import { homedir } from 'node:os'

import type { Entry, FileInfo, FileKind, Space } from '../../shared/contract/files.ts'
import { AppError } from '../../shared/base/errors.ts'
import { joinPath, nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import { decodeName } from '../sftp/byte-names.ts'
import { fileError, fromNode } from './file-errors.ts'
import type { FileChange, FileSystem, ListOptions, ReadableFile, WholeFiles, WritableFile } from './file-system.ts'
import { native, toPath } from './native-path.ts'
import { isOtherSpelling } from './other-spelling.ts'

const listBatch = 512

/** The files of this computer. */
export class LocalFiles implements FileSystem {
  readonly label = 'this computer'
  readonly key = 'local'
  readonly pace = { chunk: 255 * 1024, roundTripMs: 0, files: 800 }
  readonly commands = null
  readonly whole: WholeFiles | null
  readonly #ended = new AbortController()

  constructor(whole: WholeFiles | null = null) {
    this.whole = whole
  }

  get umask(): number {
    return process.platform === 'win32' ? 0 : process.umask()
  }

  expect(): void {
    // Nothing to prepare.
  }

  home(): Promise<string> {
    return Promise.resolve(toPath(homedir()))
  }

  list(path: string, { signal, onEntries }: ListOptions): Promise<void> {
    return this.#try(path, async () => {
      const names = (await readdir(native(path), { encoding: 'buffer' })).map(decodeName)
      for (let at = 0; at < names.length && !signal.aborted; at += listBatch) {
        const batch = names.slice(at, at + listBatch)
        const entries = await Promise.all(batch.map(name => entryOf(path, name)))
        const found = entries.filter(entry => entry !== null)
        if (found.length > 0 && !signal.aborted) onEntries(found)
      }
    })
  }

  info(path: string, { follow = false }: { follow?: boolean } = {}): Promise<FileInfo | null> {
    return this.#try(path, async () => infoOf(await (follow ? stat : lstat)(native(path)))).catch(nullWhenMissing)
  }

  realPath(path: string): Promise<string> {
    return this.#try(path, async () => toPath(decodeName(await realpath(native(path), { encoding: 'buffer' }))))
  }

  open(path: string): Promise<ReadableFile> {
    return this.#try(path, async () => new LocalFile(await open(native(path), constants.O_RDONLY), path))
  }

  create(
    path: string,
    { mode, how }: { mode?: number; how: 'exclusive' | 'truncate' | 'keep' },
  ): Promise<WritableFile> {
    const extra = { exclusive: constants.O_EXCL, truncate: constants.O_TRUNC, keep: constants.O_NOFOLLOW ?? 0 }[how]
    const flags = constants.O_RDWR | constants.O_CREAT | extra
    return this.#try(path, async () => new LocalFile(await open(native(path), flags, mode), path))
  }

  makeFolder(path: string, mode?: number): Promise<void> {
    return this.#try(path, async () => void (await mkdir(native(path), mode)))
  }

  removeFile(path: string): Promise<void> {
    return this.#try(path, () => unlink(native(path)))
  }

  removeFolder(path: string): Promise<void> {
    return this.#try(path, () => rmdir(native(path)))
  }

  /**
   * Renames by creating a second link, which can't replace anything. For folders and links, and on disks without hard
   * links, a file created at `to` between the check and the rename is replaced if rename(2) does so.
   */
  async rename(from: string, to: string): Promise<void> {
    const [old, there] = await Promise.all([this.info(from), this.info(to)])
    if (!old) throw fileError('not-found', { path: from, where: this.label })
    if (there && !(await isOtherSpelling(this, { from, to }, this.#ended.signal)))
      throw fileError('exists', { path: to, where: this.label })
    const moved = !there && old.kind === 'file' && (await this.#try(to, () => moveByLink(from, to)))
    if (!moved) await this.replace(from, to)
  }

  replace(from: string, to: string): Promise<void> {
    return this.#try(to, () => rename(native(from), native(to)))
  }

  copyInside(from: string, to: string): Promise<void> {
    return this.#try(from, () => copyFile(native(from), native(to), constants.COPYFILE_EXCL))
  }

  readLink(path: string): Promise<string> {
    return this.#try(path, async () => decodeName(await readlink(native(path), { encoding: 'buffer' })))
  }

  makeLink(target: string, path: string): Promise<void> {
    return this.#try(path, () => symlink(native(target), native(path)))
  }

  change(path: string, change: FileChange): Promise<void> {
    return this.#try(path, async () => {
      const at = native(path)
      if (change.size !== undefined) await truncate(at, change.size)
      if (change.owner) await lchown(at, change.owner.uid, change.owner.gid)
      if (change.mode !== undefined) await chmod(at, change.mode)
      if (change.mtimeMs !== undefined) await utimes(at, change.mtimeMs / 1000, change.mtimeMs / 1000)
    })
  }

  space(path: string): Promise<Space | null> {
    return this.#try(path, async () => {
      const found = await statfs(native(path))
      return { free: found.bavail * found.bsize, total: found.blocks * found.bsize, readOnly: false }
    })
  }

  dispose(): void {
    this.#ended.abort()
  }

  async #try<T>(path: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw fromNode(error, path, this.label)
    }
  }
}

class LocalFile implements ReadableFile, WritableFile {
  readonly #file: FileHandle
  readonly #path: string
  readonly #running = new Set<Promise<unknown>>()

  constructor(file: FileHandle, path: string) {
    this.#file = file
    this.#path = path
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#try(async () => {
      const buffer = Buffer.allocUnsafe(length)
      const { bytesRead } = await this.#file.read(buffer, 0, length, offset)
      return buffer.subarray(0, bytesRead)
    })
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    return this.#try(async () => {
      for (let done = 0; done < data.length;) {
        const { bytesWritten } = await this.#file.write(data, done, data.length - done, offset + done)
        done += bytesWritten
      }
    })
  }

  /** Waits for pending writes, which would otherwise update the time again. */
  change(change: FileChange): Promise<void> {
    const before = [...this.#running]
    return this.#try(async () => {
      await Promise.allSettled(before)
      if (change.size !== undefined) await this.#file.truncate(change.size)
      if (change.owner) await this.#file.chown(change.owner.uid, change.owner.gid)
      if (change.mode !== undefined) await this.#file.chmod(change.mode)
      if (change.mtimeMs !== undefined) await this.#file.utimes(change.mtimeMs / 1000, change.mtimeMs / 1000)
    })
  }

  info(): Promise<FileInfo> {
    return this.#try(async () => infoOf(await this.#file.stat()))
  }

  sync(): Promise<void> {
    const before = [...this.#running]
    return this.#try(async () => {
      await Promise.allSettled(before)
      await this.#file.sync()
    })
  }

  /** Waits for pending work. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
    await this.#try(() => this.#file.close())
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    const running = work()
    this.#running.add(running)
    try {
      return await running
    } catch (error) {
      throw fromNode(error, this.#path, 'this computer')
    } finally {
      this.#running.delete(running)
    }
  }
}

/** Returns false if nothing was done: not every disk supports hard links. */
async function moveByLink(from: string, to: string): Promise<boolean> {
  // In a sticky folder, another user's file can be linked but not removed: the second name would remain.
  if ((await lstat(native(from))).uid !== process.getuid?.()) return false
  try {
    await link(native(from), native(to))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    return false
  }
  try {
    await unlink(native(from))
    return true
  } catch (error) {
    // A network disk may remove a file and still report an error; the move is then complete.
    const stands = await lstat(native(from)).catch(() => null)
    if (stands === null) return true
    await unlink(native(to)).catch((cause: unknown) => {
      const [old, second] = [from, to].map(path => shortName(nameOf(path)))
      const both = `Files can’t be deleted in this folder, so ${old} now also exists as ${second}.`
      throw new AppError('no-permission', both, { cause })
    })
    throw error
  }
}

async function entryOf(folder: string, name: string): Promise<Entry | null> {
  const path = joinPath(folder, name)
  const found = await lstat(native(path)).catch(() => null)
  if (!found) return null
  const info = infoOf(found)
  return { name, ...info, owner: null, group: null, link: info.kind === 'link' ? await linkOf(path) : null }
}

async function linkOf(path: string): Promise<Entry['link']> {
  try {
    const target = decodeName(await readlink(native(path), { encoding: 'buffer' }))
    return { target, kind: await stat(native(path)).then(kindOf, () => null) }
  } catch {
    return null
  }
}

function infoOf(found: Stats): FileInfo {
  return {
    kind: kindOf(found),
    size: found.size,
    mtimeMs: found.mtimeMs,
    mode: process.platform === 'win32' ? null : found.mode & 0o7777,
    uid: process.platform === 'win32' ? null : found.uid,
    gid: process.platform === 'win32' ? null : found.gid,
  }
}

function kindOf(found: Stats): FileKind {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'folder'
  return found.isSymbolicLink() ? 'link' : 'special'
}

function nullWhenMissing(error: unknown): null {
  const code = (error as { code?: string }).code
  if (code === 'not-found' || code === 'not-a-folder') return null
  throw error
}
