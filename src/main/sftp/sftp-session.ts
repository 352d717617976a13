import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { encodeName } from './byte-names.ts'
import { packetType, PacketWriter, statusCode, type Attributes } from './codec.ts'
import { HandleLedger, type Handle } from './handle-ledger.ts'
import type { NamedEntry } from './replies.ts'
import { SftpWire, type ByteChannel, type SftpWireParts } from './sftp-wire.ts'

/** The server's limits (limits@openssh.com), in bytes and counts. */
export interface SftpLimits {
  readonly read: number
  readonly write: number
  readonly handles: number
}

/** The size of a file system in bytes (statvfs@openssh.com). */
export interface FileSystemSpace {
  readonly total: number
  /** The space that this user may still use. */
  readonly free: number
  readonly readOnly: boolean
}

export interface SftpSessionParts extends SftpWireParts {
  readonly signal: AbortSignal
  /** Lets the SSH connection ask whether requests are waiting for replies. */
  readonly noteWaiting?: (waits: () => boolean) => Disposable
}

/**
 * The order of names in SSH_FXP_SYMLINK: the new link comes first in the draft, its target in OpenSSH and most others.
 */
export type SymlinkOrder = 'target-first' | 'link-first'

// What every server must take (section 3: packets of 34,000 bytes).
const safeLimits: SftpLimits = { read: 32_768, write: 32_768, handles: 64 }
const largestChunk = 255 * 1024
const maxPath = 32_768

/**
 * One SFTP session (version 3 and OpenSSH's extensions). Requests run concurrently; each is answered, rejected with
 * `SftpStatusError`, or rejected with an `AppError` when the server stops answering or the channel closes. Paths are
 * encoded as in `byte-names`.
 */
export class SftpSession implements Disposable {
  readonly #wire: SftpWire
  readonly #handles: HandleLedger
  #limits = safeLimits

  private constructor(wire: SftpWire, where: string) {
    this.#wire = wire
    this.#handles = new HandleLedger(where)
  }

  /**
   * Sends the greeting and waits up to 15 s for the server's. Takes ownership of the channel and `owned`, even on
   * failure. Errors: `server-refused` if the server doesn't speak SFTP 3, `timed-out`, `lost`, and `cancelled` on
   * abort.
   */
  static async open(channel: ByteChannel, { signal, noteWaiting, ...parts }: SftpSessionParts): Promise<SftpSession> {
    const wire = new SftpWire(channel, parts)
    // Pending requests make the connection probe a silent server soon.
    const watched = noteWaiting?.(() => wire.pending > 0)
    wire.onClosed(() => watched?.dispose())
    try {
      await wire.greet(signal)
    } catch (error) {
      wire.dispose()
      throw error
    }
    const session = new SftpSession(wire, parts.where)
    // Awaited because copies depend on it; a server that refuses the request gets the default limits.
    if (session.has('limits@openssh.com')) await session.#askLimits().catch(() => {})
    if (!session.isOpen) throw new AppError('lost', `${parts.where} closed the SFTP session. Try again.`)
    return session
  }

  get onClosed(): SftpWire['onClosed'] {
    return this.#wire.onClosed
  }

  get limits(): SftpLimits {
    return this.#limits
  }

  /** The number of requests waiting for a reply. */
  get pending(): number {
    return this.#wire.pending
  }

  get isOpen(): boolean {
    return this.#wire.isOpen
  }

  has(extension: string): boolean {
    return this.#wire.has(extension)
  }

  async open(path: string, { flags, attributes = {} }: { flags: number; attributes?: Attributes }): Promise<Handle> {
    const handle = await this.#wire.forHandle(id =>
      packet(packetType.open, id).bytes(bytesOf(path)).u32(flags).attributes(attributes),
    )
    return this.#opened(handle)
  }

  /** Reads up to `length` bytes from `offset`; null at the end of the file. */
  async read(handle: Handle, offset: number, length: number): Promise<Buffer | null> {
    this.#handles.check(handle)
    const reply = await this.#wire.send(id => packet(packetType.read, id).bytes(handle).u64(offset).u32(length))
    if (reply.kind === 'status' && reply.code === statusCode.eof) return null
    if (reply.kind !== 'data') throw this.#wire.unexpected(reply)
    if (reply.data.length > length) throw this.#wire.fail('more data than requested')
    return reply.data.length === 0 ? null : reply.data
  }

  async write(handle: Handle, offset: number, data: Uint8Array): Promise<void> {
    this.#handles.check(handle)
    await this.#wire.forOk(id => {
      const head = packet(packetType.write, id).bytes(handle).u64(offset).u32(data.length).finish(data.length)
      return Buffer.concat([head, data])
    })
  }

  close(handle: Handle): Promise<void> {
    this.#handles.remove(handle)
    return this.#wire.forOk(id => packet(packetType.close, id).bytes(handle))
  }

  async openFolder(path: string, signal?: AbortSignal): Promise<Handle> {
    const build = (id: number) => packet(packetType.opendir, id).bytes(bytesOf(path))
    return this.#opened(await this.#wire.forHandle(build, signal))
  }

  /** Reads the next names of an open folder; null at its end. */
  async readFolder(handle: Handle): Promise<readonly NamedEntry[] | null> {
    this.#handles.check(handle)
    const reply = await this.#wire.send(id => packet(packetType.readdir, id).bytes(handle))
    if (reply.kind === 'status' && reply.code === statusCode.eof) return null
    if (reply.kind !== 'names') throw this.#wire.unexpected(reply)
    return reply.entries
  }

  stat(path: string): Promise<Attributes> {
    return this.#wire.forAttributes(id => packet(packetType.stat, id).bytes(bytesOf(path)))
  }

  /** Reads the attributes of a link itself. */
  lstat(path: string): Promise<Attributes> {
    return this.#wire.forAttributes(id => packet(packetType.lstat, id).bytes(bytesOf(path)))
  }

  async fstat(handle: Handle): Promise<Attributes> {
    this.#handles.check(handle)
    return this.#wire.forAttributes(id => packet(packetType.fstat, id).bytes(handle))
  }

  setstat(path: string, attributes: Attributes): Promise<void> {
    return this.#wire.forOk(id => packet(packetType.setstat, id).bytes(bytesOf(path)).attributes(attributes))
  }

  /** Sets the attributes of a link itself (lsetstat@openssh.com). */
  lsetstat(path: string, attributes: Attributes): Promise<void> {
    return this.#wire.forOk(id => extended(id, 'lsetstat@openssh.com').bytes(bytesOf(path)).attributes(attributes))
  }

  async fsetstat(handle: Handle, attributes: Attributes): Promise<void> {
    this.#handles.check(handle)
    return this.#wire.forOk(id => packet(packetType.fsetstat, id).bytes(handle).attributes(attributes))
  }

  remove(path: string): Promise<void> {
    return this.#wire.forOk(id => packet(packetType.remove, id).bytes(bytesOf(path)))
  }

  mkdir(path: string, attributes: Attributes = {}): Promise<void> {
    return this.#wire.forOk(id => packet(packetType.mkdir, id).bytes(bytesOf(path)).attributes(attributes))
  }

  rmdir(path: string): Promise<void> {
    return this.#wire.forOk(id => packet(packetType.rmdir, id).bytes(bytesOf(path)))
  }

  /** Renames a file. The draft refuses an existing `to`, but some servers replace it. */
  rename(from: string, to: string): Promise<void> {
    return this.#wire.forOk(id => packet(packetType.rename, id).bytes(bytesOf(from)).bytes(bytesOf(to)))
  }

  /** Replaces `to` atomically (posix-rename@openssh.com). */
  posixRename(from: string, to: string): Promise<void> {
    return this.#wire.forOk(id => extended(id, 'posix-rename@openssh.com').bytes(bytesOf(from)).bytes(bytesOf(to)))
  }

  hardlink(from: string, to: string): Promise<void> {
    return this.#wire.forOk(id => extended(id, 'hardlink@openssh.com').bytes(bytesOf(from)).bytes(bytesOf(to)))
  }

  /**
   * Creates a symlink. Which order a server follows can only be found by trying: with the wrong one, the link is
   * created at `target`.
   */
  symlink(target: string, link: string, order: SymlinkOrder): Promise<void> {
    const [first, second] = order === 'target-first' ? [target, link] : [link, target]
    return this.#wire.forOk(id => packet(packetType.symlink, id).bytes(bytesOf(first)).bytes(bytesOf(second)))
  }

  readlink(path: string): Promise<Buffer> {
    return this.#wire.forName(id => packet(packetType.readlink, id).bytes(bytesOf(path)))
  }

  realpath(path: string): Promise<Buffer> {
    return this.#wire.forName(id => packet(packetType.realpath, id).bytes(bytesOf(path)))
  }

  /** Expands `~` and `~user` (expand-path@openssh.com). */
  expandPath(path: string): Promise<Buffer> {
    return this.#wire.forName(id => extended(id, 'expand-path@openssh.com').bytes(bytesOf(path)))
  }

  /** Returns a user's home directory (home-directory of draft-ietf-secsh-filexfer-extensions-00). */
  homeDirectory(user: string): Promise<Buffer> {
    return this.#wire.forName(id => extended(id, 'home-directory').bytes(bytesOf(user)))
  }

  fsync(handle: Handle): Promise<void> {
    return this.#wire.forOk(id => extended(id, 'fsync@openssh.com').bytes(handle))
  }

  /** Copies data on the server (copy-data); `length` 0 copies to the end. */
  copyData(
    from: { handle: Handle; offset: number; length: number },
    to: { handle: Handle; offset: number },
  ): Promise<void> {
    return this.#wire.forOk(id =>
      extended(id, 'copy-data').bytes(from.handle).u64(from.offset).u64(from.length).bytes(to.handle).u64(to.offset),
    )
  }

  async statvfs(path: string): Promise<FileSystemSpace> {
    const fields = await this.#wire.forFields(id => extended(id, 'statvfs@openssh.com').bytes(bytesOf(path)))
    return this.#wire.understood(() => {
      const [blockSize, fragmentSize, blocks, , available] = Array.from({ length: 5 }, () => fields.about64())
      // Skips f_files, f_ffree, f_favail and f_fsid, which may have any value.
      fields.skip(32)
      const unit = fragmentSize || blockSize || 0
      return { total: (blocks ?? 0) * unit, free: (available ?? 0) * unit, readOnly: (fields.about64() & 1) === 1 }
    })
  }

  /** Returns the names of users and groups in the order of their IDs; null for unknown ones. */
  async namesOf(
    uids: readonly number[],
    gids: readonly number[],
  ): Promise<{ users: readonly (string | null)[]; groups: readonly (string | null)[] }> {
    const list = (ids: readonly number[]) => {
      const packed = Buffer.alloc(ids.length * 4)
      ids.forEach((id, index) => packed.writeUInt32BE(id >>> 0, index * 4))
      return packed
    }
    const fields = await this.#wire.forFields(id =>
      extended(id, 'users-groups-by-id@openssh.com').bytes(list(uids)).bytes(list(gids)),
    )
    return this.#wire.understood(() => ({ users: splitNames(fields.bytes()), groups: splitNames(fields.bytes()) }))
  }

  /** Ends the session; pending requests are rejected with the reason, `cancelled` by default. */
  dispose(because?: AppError): void {
    this.#wire.dispose(because)
  }

  #opened(handle: Handle): Handle {
    try {
      return this.#handles.add(handle)
    } catch (error) {
      this.#wire.forOk(id => packet(packetType.close, id).bytes(handle)).catch(() => {})
      // From now on, fewer files are opened at once.
      this.#limits = { ...this.#limits, handles: 2 }
      throw error
    }
  }

  async #askLimits(): Promise<void> {
    const fields = await this.#wire.forFields(id => extended(id, 'limits@openssh.com'))
    this.#limits = this.#wire.understood(() => {
      const [, read, write, handles] = Array.from({ length: 4 }, () => fields.about64())
      return {
        read: chunkLimit(read),
        write: chunkLimit(write),
        handles: handles === undefined || handles === 0 ? safeLimits.handles : Math.min(handles, 4096),
      }
    })
  }
}

function packet(type: number, id: number): PacketWriter {
  return new PacketWriter(type).u32(id)
}

function extended(id: number, name: string): PacketWriter {
  return packet(packetType.extended, id).bytes(Buffer.from(name, 'latin1'))
}

function bytesOf(path: string): Buffer {
  const bytes = encodeName(path)
  if (bytes.length > maxPath || bytes.includes(0))
    throw new AppError('invalid-input', 'The path is too long or contains a NUL character.')
  return bytes
}

function chunkLimit(limit: number | undefined): number {
  return limit === undefined || limit === 0 ? safeLimits.read : Math.max(1024, Math.min(limit, largestChunk))
}

/** Splits a sequence of strings; an empty one means that the name is not known. */
function splitNames(bytes: Buffer): readonly (string | null)[] {
  const names: (string | null)[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const name = bytes.subarray(at + 4, at + 4 + length)
    names.push(name.length === 0 ? null : name.toString('utf8'))
    at += 4 + length
  }
  return names
}
