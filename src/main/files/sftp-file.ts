import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { openFlag, type Attributes } from '../sftp/codec.ts'
import type { Handle } from '../sftp/handle-ledger.ts'
import type { SftpSession } from '../sftp/sftp-session.ts'
import { SftpStatusError } from '../sftp/sftp-status-error.ts'
import type { FileChange, ReadableFile, WritableFile } from './file-system.ts'
import { toInfo } from './sftp-entries.ts'
import type { SftpLanes } from './sftp-lanes.ts'

export interface SftpFileParts {
  readonly path: string
  readonly lanes: SftpLanes
  /** The session that opened the file, with its handle. */
  readonly first: { readonly session: SftpSession; readonly handle: Handle }
  /** The SSH_FXF flags for opening it on further lanes, without create and truncate. */
  readonly flags: number
  /** True if the file should be opened on more than one lane. */
  readonly spread: boolean
  readonly explain: (error: unknown) => Promise<Error>
}

const empty = new Uint8Array(0)

/** A file on a host, open on one or several lanes. */
export class SftpFile implements ReadableFile, WritableFile {
  readonly #parts: SftpFileParts
  readonly #handles = new Map<SftpSession, Handle>()
  readonly #opening = new Map<SftpSession, Promise<unknown>>()
  readonly #held: Disposable
  #closed = false

  constructor(parts: SftpFileParts) {
    this.#parts = parts
    this.#handles.set(parts.first.session, parts.first.handle)
    this.#held = parts.lanes.hold()
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return this.#ride(length, async (session, handle) => (await session.read(handle, offset, length)) ?? empty)
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    return this.#ride(data.length, (session, handle) => session.write(handle, offset, data))
  }

  /**
   * Returns the attributes behind every handle; if the handles no longer refer to the same file, the time is omitted,
   * so that it equals no other version.
   */
  info(): Promise<FileInfo> {
    return this.#try(async () => {
      const all = await Promise.all(
        [...this.#handles].map(async ([session, handle]) => toInfo(await this.#attributes(session, handle))),
      )
      const [first] = all as [FileInfo]
      return all.every(each => isSame(each, first)) ? first : { ...first, mtimeMs: null, size: -1 }
    })
  }

  // Servers that refuse FSTAT are asked by name.
  #attributes(session: SftpSession, handle: Handle): Promise<Attributes> {
    return session.fstat(handle).catch((error: unknown) => {
      if (!(error instanceof SftpStatusError)) throw error
      return session.stat(this.#parts.path).catch(() => Promise.reject(error))
    })
  }

  change(change: FileChange): Promise<void> {
    const { session, handle } = this.#parts.first
    return this.#try(() => session.fsetstat(handle, toAttributes(change)))
  }

  async sync(): Promise<void> {
    if (!this.#parts.first.session.has('fsync@openssh.com')) return
    const { session, handle } = this.#parts.first
    await this.#try(() => session.fsync(handle))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#held.dispose()
    await Promise.allSettled(this.#opening.values())
    const closing = [...this.#handles].map(([session, handle]) => session.close(handle))
    await this.#try(() => Promise.all(closing))
  }

  async #ride<T>(bytes: number, work: (session: SftpSession, handle: Handle) => Promise<T>): Promise<T> {
    const { lanes, spread } = this.#parts
    if (spread) for (const session of lanes.sessions) this.#join(session)
    // A lane that died or was released still finishes its pending requests.
    const ride = lanes.ride(bytes, [...this.#handles.keys()])
    const handle = this.#handles.get(ride.session)
    try {
      const { first } = this.#parts
      return await this.#try(() => (handle ? work(ride.session, handle) : work(first.session, first.handle)))
    } finally {
      ride.release()
    }
  }

  #join(session: SftpSession): void {
    if (this.#handles.has(session) || this.#opening.has(session) || this.#closed) return
    // The name may refer to another file by now: `info` compares all handles at the end.
    const opening = session
      .open(this.#parts.path, { flags: this.#parts.flags })
      .then(handle => this.#handles.set(session, handle))
      // The file stays on its current lanes.
      .catch(() => {})
    this.#opening.set(session, opening)
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw await this.#parts.explain(error)
    }
  }
}

function isSame(a: FileInfo, b: FileInfo): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs
}

/** The flags for opening a file for reading and for writing. */
export const openModes = { read: openFlag.read, write: openFlag.read | openFlag.write } as const

export function toAttributes({ mode, owner, mtimeMs, size }: FileChange): Attributes {
  const mtime = mtimeMs === undefined ? undefined : Math.max(0, Math.floor(mtimeMs / 1000))
  return {
    ...(size === undefined ? {} : { size }),
    ...(owner ?? {}),
    ...(mode === undefined ? {} : { mode }),
    ...(mtime === undefined ? {} : { atime: mtime, mtime }),
  }
}
