import * as fs from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { SftpFiles } from '../main/files/sftp-files.ts'
import { SftpLanes } from '../main/files/sftp-lanes.ts'
import {
  openFlag,
  packetType,
  PacketWriter,
  statusCode,
  type Attributes,
  type PacketReader,
} from '../main/sftp/codec.ts'
import { SftpSession } from '../main/sftp/sftp-session.ts'
import { fakeReply, FakeSftp, type FakeAnswer } from './fake-sftp.ts'

/** How a server differs from OpenSSH; each deviation was seen on real servers. */
export interface ServerHabits {
  /** The extensions in its greeting. */
  readonly extensions?: readonly string[]
  /** SSH_FXP_RENAME to an existing file; Go's pkg/sftp replaces it. */
  readonly rename?: 'refuses' | 'replaces'
  /** SSH_FXF_EXCL on an existing file; some gateways open it anyway. */
  readonly exclusive?: 'refuses' | 'ignored'
  /** The order of the names in SSH_FXP_SYMLINK: the link comes first in the draft, the target in OpenSSH. */
  readonly symlink?: 'target-first' | 'link-first' | 'refused'
  /** True for a disk that treats `A` and `a` as the same name. */
  readonly ignoresCase?: boolean
  /** SSH_FXP_READLINK returns the target as stored, or as an absolute path like mod_sftp. */
  readonly readlink?: 'text' | 'absolute' | 'refused'
  /** The status for refusing a request; null serves it. `attributes` is set for requests that carry some. */
  readonly refuse?: (request: ServedRequest) => number | null
  /** True for a request that is never answered. */
  readonly silent?: (request: ServedRequest) => boolean
}

/** A request as the server sees it: its packet type and its names. */
export interface ServedRequest {
  readonly type: number
  readonly path: string
  readonly attributes?: Attributes
  /** The offset of SSH_FXP_WRITE. */
  readonly offset?: number
}

/** Serves a real folder as the files of an in-process server, in which its users start. */
export async function openDiskSftp(
  folder: string,
  habits: ServerHabits = {},
): Promise<{ files: SftpFiles; server: FakeSftp }> {
  const disk = new Disk(folder, habits)
  const greeting = new PacketWriter(packetType.version).u32(3)
  for (const name of habits.extensions ?? []) greeting.bytes(Buffer.from(name)).bytes(Buffer.from('1'))
  const server = new FakeSftp(({ type, id, fields }) => disk.serve(type, id, fields), greeting.finish())
  const owned = { dispose: () => disk.dispose() }
  const session = await SftpSession.open(server, { where: 'box', owned, signal: new AbortController().signal })
  const lanes = new SftpLanes(session, { open: () => Promise.reject(new Error('one lane')), roundTripMs: () => 0 })
  const files = new SftpFiles({ label: 'box', key: 'box', session, lanes, commands: null, roundTripMs: () => 0 })
  return { files, server }
}

/** An open file or, with names, a folder, whose descriptor is then -1. */
interface OpenFile {
  readonly path: string
  readonly file: number
  readonly names: string[] | null
}

class Disk {
  readonly #folder: string
  readonly #habits: ServerHabits
  readonly #open = new Map<string, OpenFile>()
  #next = 0

  constructor(folder: string, habits: ServerHabits) {
    this.#folder = folder
    this.#habits = habits
  }

  serve(type: number, id: number, fields: PacketReader): FakeAnswer {
    try {
      const answer = this.#serve(type, id, fields)
      return answer === undefined ? fakeReply.status(id, statusCode.ok) : answer
    } catch (error) {
      return fakeReply.status(id, statusOf(error))
    }
  }

  dispose(): void {
    for (const { file } of this.#open.values()) if (file >= 0) fs.closeSync(file)
    this.#open.clear()
  }

  #serve(type: number, id: number, fields: PacketReader): FakeAnswer | undefined {
    switch (type) {
      case packetType.close:
      case packetType.read:
      case packetType.write:
      case packetType.fstat:
      case packetType.fsetstat:
      case packetType.readdir:
        return this.#onHandle(type, id, fields)
      case packetType.rename:
      case packetType.symlink:
        return this.#onTwo(type, fields.bytes().toString(), fields.bytes().toString())
      case packetType.extended:
        return this.#extended(fields.bytes().toString(), fields)
      default:
        return this.#onPath(type, id, fields)
    }
  }

  #onHandle(type: number, id: number, fields: PacketReader): FakeAnswer | undefined {
    const handle = fields.bytes().toString()
    const open = this.#open.get(handle)
    if (!open) throw refusal(statusCode.failure)
    const attributes = type === packetType.fsetstat ? fields.attributes() : undefined
    this.#ask(type, open.path, attributes)
    switch (type) {
      case packetType.close:
        if (open.file >= 0) fs.closeSync(open.file)
        this.#open.delete(handle)
        return undefined
      case packetType.read: {
        const [offset, length] = [fields.u64(), fields.u32()]
        const data = Buffer.alloc(length)
        const got = fs.readSync(open.file, data, 0, length, offset)
        if (got === 0) throw refusal(statusCode.eof)
        return fakeReply.data(id, data.subarray(0, got))
      }
      case packetType.write: {
        const offset = fields.u64()
        if (this.#habits.silent?.({ type, path: open.path, offset }) === true) return null
        return void fs.writeSync(open.file, fields.bytes(), 0, undefined, offset)
      }
      case packetType.fstat:
        return attributesReply(id, fs.fstatSync(open.file))
      case packetType.fsetstat:
        return change(open.path, attributes ?? {})
      default: {
        if (!open.names || open.names.length === 0) throw refusal(statusCode.eof)
        return namesReply(id, open.path, open.names.splice(0))
      }
    }
  }

  #onPath(type: number, id: number, fields: PacketReader): FakeAnswer | undefined {
    const path = this.#at(fields.bytes().toString())
    const flags = type === packetType.open ? fields.u32() : 0
    const carries = [packetType.open, packetType.setstat, packetType.mkdir].includes(type as never)
    const attributes = carries ? fields.attributes() : undefined
    this.#ask(type, path, attributes)
    switch (type) {
      case packetType.open:
        return this.#opened(id, {
          path,
          file: fs.openSync(path, this.#nodeFlags(flags), attributes?.mode ?? 0o666),
          names: null,
        })
      case packetType.opendir:
        return this.#opened(id, { path, file: -1, names: fs.readdirSync(path) })
      case packetType.lstat:
        return attributesReply(id, fs.lstatSync(path))
      case packetType.stat:
        return attributesReply(id, fs.statSync(path))
      case packetType.setstat:
        return change(path, attributes ?? {})
      case packetType.mkdir:
        return void fs.mkdirSync(path, attributes?.mode)
      case packetType.rmdir:
        return void fs.rmdirSync(path)
      case packetType.remove:
        return void fs.unlinkSync(path)
      case packetType.realpath:
        return fakeReply.names(id, [fs.realpathSync(path)])
      case packetType.readlink:
        return this.#readlink(id, path)
      default:
        throw refusal(statusCode.unsupported)
    }
  }

  #onTwo(type: number, first: string, second: string): undefined {
    this.#ask(type, this.#at(second))
    if (type === packetType.rename) {
      if (this.#habits.rename !== 'replaces' && exists(this.#at(second))) throw refusal(statusCode.failure)
      return fs.renameSync(this.#at(first), resolve(this.#folder, second)) as undefined
    }
    const { symlink = 'target-first' } = this.#habits
    if (symlink === 'refused') throw refusal(statusCode.unsupported)
    const [target, link] = symlink === 'target-first' ? [first, second] : [second, first]
    return fs.symlinkSync(target, this.#at(link)) as undefined
  }

  #extended(name: string, fields: PacketReader): undefined {
    if (!this.#habits.extensions?.includes(name)) throw refusal(statusCode.unsupported)
    const [from, to] = [this.#at(fields.bytes().toString()), this.#at(fields.bytes().toString())]
    this.#ask(packetType.extended, to)
    if (name === 'posix-rename@openssh.com') return fs.renameSync(from, to) as undefined
    if (name === 'hardlink@openssh.com') return fs.linkSync(from, to) as undefined
    throw refusal(statusCode.unsupported)
  }

  #readlink(id: number, path: string): FakeAnswer {
    const text = fs.readlinkSync(path)
    if (this.#habits.readlink === 'refused') throw refusal(statusCode.unsupported)
    const absolute = this.#habits.readlink === 'absolute'
    return fakeReply.names(id, [absolute ? resolve(path, '..', text) : text])
  }

  #opened(id: number, open: OpenFile): FakeAnswer {
    const handle = `h${this.#next++}`
    this.#open.set(handle, open)
    return fakeReply.handle(id, handle)
  }

  #ask(type: number, path: string, attributes?: Attributes): void {
    const status = this.#habits.refuse?.({ type, path, ...(attributes ? { attributes } : {}) }) ?? null
    if (status !== null) throw refusal(status)
  }

  #nodeFlags(flags: number): number {
    const { O_RDONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = fs.constants
    const has = (flag: number) => (flags & flag) !== 0
    const exclusive = has(openFlag.exclusive) && this.#habits.exclusive !== 'ignored'
    const access = has(openFlag.write) ? O_RDWR : O_RDONLY
    const [create, truncate] = [has(openFlag.create) ? O_CREAT : 0, has(openFlag.truncate) ? O_TRUNC : 0]
    return access | create | truncate | (exclusive ? O_EXCL : 0)
  }

  #at(path: string): string {
    const whole = resolve(this.#folder, path)
    if (this.#habits.ignoresCase !== true || exists(whole)) return whole
    const folder = dirname(whole)
    const name = fs.readdirSync(folder).find(each => each.toLowerCase() === basename(whole).toLowerCase())
    return name === undefined ? whole : join(folder, name)
  }
}

function change(path: string, { size, mode, uid, gid, mtime }: Attributes): undefined {
  if (size != null) fs.truncateSync(path, size)
  if (uid !== undefined && gid !== undefined) fs.lchownSync(path, uid, gid)
  if (mode !== undefined) fs.chmodSync(path, mode)
  if (mtime !== undefined) fs.utimesSync(path, mtime, mtime)
}

function attributesReply(id: number, found: fs.Stats): PacketWriter {
  return new PacketWriter(packetType.attrs).u32(id).attributes(attributesOf(found))
}

function namesReply(id: number, folder: string, names: readonly string[]): PacketWriter {
  const packet = new PacketWriter(packetType.name).u32(id).u32(names.length)
  for (const name of names) {
    packet.bytes(Buffer.from(name)).bytes(Buffer.from(''))
    packet.attributes(attributesOf(fs.lstatSync(join(folder, name))))
  }
  return packet
}

function attributesOf({ size, uid, gid, mode, atimeMs, mtimeMs }: fs.Stats): Attributes {
  return { size, uid, gid, mode, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) }
}

function exists(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

class Refusal extends Error {
  readonly status: number

  constructor(status: number) {
    super(`status ${status}`)
    this.status = status
  }
}

function refusal(status: number): Refusal {
  return new Refusal(status)
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return statusCode.noSuchFile
  return code === 'EACCES' || code === 'EPERM' ? statusCode.permissionDenied : statusCode.failure
}
