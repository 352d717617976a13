import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Entry, FileInfo, FileKind, Space } from '../../shared/contract/files.ts'
import type { CommandResult } from '../ssh/run-command.ts'
import type { Script } from '../ssh/script.ts'

export interface ListOptions {
  readonly signal: AbortSignal
  /** Called as names arrive, in the server's order; never with an empty list. */
  readonly onEntries: (entries: readonly Entry[]) => void
}

/** Attributes to set on a file; absent ones are unchanged. Times are milliseconds since 1970. */
export interface FileChange {
  readonly mode?: number
  readonly owner?: { readonly uid: number; readonly gid: number }
  readonly mtimeMs?: number
  readonly size?: number
}

/** A file open for reading at any offset, with several reads in parallel. */
export interface ReadableFile {
  /** Reads up to `length` bytes; fewer only if the server returns fewer, none at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  info(): Promise<FileInfo>
  close(): Promise<void>
}

/** A file open for writing at any offset, with several writes in parallel. */
export interface WritableFile {
  write(offset: number, data: Uint8Array): Promise<void>
  read(offset: number, length: number): Promise<Uint8Array>
  change(change: FileChange): Promise<void>
  info(): Promise<FileInfo>
  /** Resolves once the data is on disk, if the system can tell. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** The destination of a small file: written to `part`, given its mode, time and owner, then moved to `to`. */
export interface PlaceOptions {
  readonly part: string
  readonly to: string
  readonly data: Uint8Array
  readonly change: FileChange
  /** True if mode and owner come from the replaced file: its group permissions must not go to another group. */
  readonly inherits: boolean
  /** True if a file at `to` may be replaced; otherwise `exists` is thrown. */
  readonly replace: boolean
}

/** Reads and writes small files in one step each, for a side where open, read and close cost more than the data. */
export interface WholeFiles {
  /** Reads up to `most` bytes from the start, and the file's attributes. */
  read(path: string, most: number): Promise<{ data: Uint8Array; info: FileInfo }>
  /** Leaves nothing at `part` when it throws. */
  place(options: PlaceOptions): Promise<void>
}

/** The amount of parallel work that suits a side. */
export interface Pace {
  /** The size of one read or write in bytes. */
  readonly chunk: number
  /** The last known round-trip time in milliseconds; 0 for this computer. */
  readonly roundTripMs: number
  /** The maximum number of files to open at once. */
  readonly files: number
}

/** Runs programs where the files are, for operations that SFTP lacks. */
export interface Commands {
  /** Runs a script in `sh`. Errors: the same as `runScript`. */
  run(
    script: Script,
    options?: { input?: Uint8Array; signal?: AbortSignal; timeoutMs?: number },
  ): Promise<CommandResult>
  /** True if the program is installed; checked once. */
  has(program: string): Promise<boolean>
  /** Starts a script with streams for its input and output. */
  start(script: Script, signal: AbortSignal): Promise<CommandStream>
}

/** A running command. */
export interface CommandStream extends Disposable {
  /** Writes to its input; waits while the command accepts no more. */
  write(data: Uint8Array): Promise<void>
  /** Ends its input. */
  end(): void
  /** The output in chunks, with backpressure. */
  readonly output: AsyncIterable<Uint8Array>
  /** Discards the output: without this the command would wait for a reader. */
  ignoreOutput(): void
  /** Resolves once it has exited and its output was read. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

/**
 * The files of one side: this computer or a host. Paths are absolute and use `/`. Errors: an `AppError` that names the
 * file, the cause and the next step; `cancelled` on abort.
 */
export interface FileSystem extends Disposable {
  /** The name of the side, for messages. */
  readonly label: string
  /** File systems with the same key belong to the same machine and user. */
  readonly key: string
  readonly pace: Pace
  /**
   * The permission bits that new files on this side don't get, as in umask(2); null for a host, whose server applies
   * its own.
   */
  readonly umask: number | null
  /** Null if no commands can be run: on this computer, or if the server only has SFTP. */
  readonly commands: Commands | null
  /** Null if files are best opened, read and closed. */
  readonly whole: WholeFiles | null
  /** Announces a copy of this many bytes, so that the side can prepare for it. */
  expect(bytes: number): void
  home(): Promise<string>
  list(path: string, options: ListOptions): Promise<void>
  /** Returns a file's attributes, or null if it doesn't exist; a link is not followed unless `follow`. */
  info(path: string, options?: { follow?: boolean }): Promise<FileInfo | null>
  realPath(path: string): Promise<string>
  open(path: string, size?: number): Promise<ReadableFile>
  /**
   * Opens a file for writing, and creates it with `mode` if it doesn't exist. `exclusive` refuses an existing file;
   * `truncate` empties it.
   */
  create(
    path: string,
    options: { mode?: number; how: 'exclusive' | 'truncate' | 'keep'; size?: number },
  ): Promise<WritableFile>
  makeFolder(path: string, mode?: number): Promise<void>
  removeFile(path: string): Promise<void>
  /** Removes an empty folder. */
  removeFolder(path: string): Promise<void>
  /**
   * Renames a file. Errors: `exists` if `to` exists, unless it is `from` in another spelling. `known` is the kind of
   * `from` if the caller created it, which saves asking a host.
   */
  rename(from: string, to: string, options?: { known?: FileKind }): Promise<void>
  /**
   * Replaces `to` with `from` atomically, or as nearly as the server can without losing either. A host that can gives it
   * the access control list of `to`.
   */
  replace(from: string, to: string): Promise<void>
  /** Copies a file within the side, without transferring its data. Errors: `unsupported` if the side can't. */
  copyInside(from: string, to: string): Promise<void>
  readLink(path: string): Promise<string>
  /**
   * Creates a symlink. Errors: `exists` if `path` exists, and `unsupported` if no link with this target could be
   * created.
   */
  makeLink(target: string, path: string): Promise<void>
  change(path: string, change: FileChange): Promise<void>
  /** Returns the free space, or null if the side can't tell. */
  space(path: string): Promise<Space | null>
}
