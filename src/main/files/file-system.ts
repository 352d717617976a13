import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Entry, FileInfo, FileKind, Space } from '../../shared/contract/files.ts'
import type { CommandResult } from '../ssh/run-command.ts'
import type { Script } from '../ssh/script.ts'

export interface ListOptions {
  readonly signal: AbortSignal
  /** Called as names come in, in the order of the server; never with an empty list. */
  readonly onEntries: (entries: readonly Entry[]) => void
}

/** What is set on a file; what is absent stays. Times are milliseconds since 1970. */
export interface FileChange {
  readonly mode?: number
  readonly owner?: { readonly uid: number; readonly gid: number }
  readonly mtimeMs?: number
  readonly size?: number
}

/** A file that is open for reading at any offset, by several reads at once. */
export interface ReadableFile {
  /** Up to `length` bytes; fewer only when the server gives fewer, none at the end of the file. */
  read(offset: number, length: number): Promise<Uint8Array>
  info(): Promise<FileInfo>
  close(): Promise<void>
}

/** A file that is open for writing at any offset, by several writes at once. */
export interface WritableFile {
  write(offset: number, data: Uint8Array): Promise<void>
  read(offset: number, length: number): Promise<Uint8Array>
  change(change: FileChange): Promise<void>
  info(): Promise<FileInfo>
  /** Answers once it is on the disk, where the system can tell. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Where a small file goes: written whole to `part`, given its mode, time and owner, then moved to `to`. */
export interface PlaceOptions {
  readonly part: string
  readonly to: string
  readonly data: Uint8Array
  readonly change: FileChange
  /** True when mode and owner are those of a file that is replaced: its group's permissions go to no other group. */
  readonly inherits: boolean
  /** True when a file at `to` may be replaced; else `exists` is thrown. */
  readonly replace: boolean
}

/** Small files in one step each, for a side where open, read and close cost more than the data. */
export interface WholeFiles {
  /** Up to `most` bytes from the start, and what the file is. */
  read(path: string, most: number): Promise<{ data: Uint8Array; info: FileInfo }>
  /** Nothing stays at `part` when it throws. */
  place(options: PlaceOptions): Promise<void>
}

/** How much at once suits this side. */
export interface Pace {
  /** The size of one read or write in bytes. */
  readonly chunk: number
  /** The last known round trip in milliseconds; 0 on this computer. */
  readonly roundTripMs: number
  /** How many files may be open at once. */
  readonly files: number
}

/** Runs programs where the files are; for what SFTP has no word for. */
export interface Commands {
  /** Runs a script in `sh`. Throws like `runScript`. */
  run(
    script: Script,
    options?: { input?: Uint8Array; signal?: AbortSignal; timeoutMs?: number },
  ): Promise<CommandResult>
  /** True when the far side finds the program; asked once. */
  has(program: string): Promise<boolean>
  /** Starts a script whose output is read and whose input is written as streams. */
  start(script: Script, signal: AbortSignal): Promise<CommandStream>
}

/** A running command. */
export interface CommandStream extends Disposable {
  /** Waits while the far side takes no more. */
  write(data: Uint8Array): Promise<void>
  /** No more input follows. */
  end(): void
  /** The output piece by piece; the reading side is waited for. */
  readonly output: AsyncIterable<Uint8Array>
  /** Nobody reads its output: without this it would wait for a reader. */
  ignoreOutput(): void
  /** Answers when it has ended and its output was read. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

/**
 * The files of one side: this computer's or a host's. Paths are absolute, with `/`. Everything throws an `AppError` that
 * names the file, the cause and the way out; `cancelled` on abort.
 */
export interface FileSystem extends Disposable {
  /** What the side is called, for people. */
  readonly label: string
  /** Two file systems with the same key are the same machine and user. */
  readonly key: string
  readonly pace: Pace
  /** The permission bits that this side gives to no new file, as in umask(2); null on a host, whose server sees to it. */
  readonly umask: number | null
  /** Null where no commands can be run: on this computer, or where the server has SFTP only. */
  readonly commands: Commands | null
  /** Null where a file is best opened, read and closed. */
  readonly whole: WholeFiles | null
  /** A copy of so many bytes is about to begin: what it needs can be made ready. */
  expect(bytes: number): void
  home(): Promise<string>
  list(path: string, options: ListOptions): Promise<void>
  /** Null when there is nothing; a link is itself unless `follow`. */
  info(path: string, options?: { follow?: boolean }): Promise<FileInfo | null>
  realPath(path: string): Promise<string>
  open(path: string, size?: number): Promise<ReadableFile>
  /** Opens for writing; makes the file, with `mode`, when there is none. `exclusive` refuses one that is there; `truncate` empties it. */
  create(
    path: string,
    options: { mode?: number; how: 'exclusive' | 'truncate' | 'keep'; size?: number },
  ): Promise<WritableFile>
  makeFolder(path: string, mode?: number): Promise<void>
  removeFile(path: string): Promise<void>
  /** An empty one. */
  removeFolder(path: string): Promise<void>
  /**
   * Throws `exists` where `to` is taken, unless by `from` itself in another spelling of its name. `known` is what `from`
   * is, where the caller made it: a host need not be asked then.
   */
  rename(from: string, to: string, options?: { known?: FileKind }): Promise<void>
  /**
   * Puts `from` in the place of `to` in one step, or as near to it as the server comes without losing either. A host that
   * can gives it the access list of `to`.
   */
  replace(from: string, to: string): Promise<void>
  /** Copies a file beside another without its data leaving the side. Throws `unsupported` where the side can't. */
  copyInside(from: string, to: string): Promise<void>
  readLink(path: string): Promise<string>
  /** Throws `exists` where `path` is taken, and `unsupported` where no link with this meaning came of it. */
  makeLink(target: string, path: string): Promise<void>
  change(path: string, change: FileChange): Promise<void>
  /** Null where the side can't tell. */
  space(path: string): Promise<Space | null>
}
