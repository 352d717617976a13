import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import type { ServerText } from '../base/server-text.ts'
import { askedBy } from './asked-by.ts'
import { call, event } from './define.ts'
import { target } from './targets.ts'

/**
 * A file name or path: any characters except NUL; a byte that isn't valid UTF-8 is a lone surrogate (U+DC80 to U+DCFF).
 */
export const filePath = z
  .string()
  .min(1)
  .max(16_384)
  // eslint-disable-next-line no-control-regex -- NUL is the one character no path can have
  .regex(/^[^\u0000]*$/, 'must not contain a NUL character')
  .refine(path => path.startsWith('/') || /^[A-Za-z]:\//.test(path), 'must be absolute')

/** One name in a folder. */
export const fileName = z
  .string()
  .min(1)
  .max(1024)
  // eslint-disable-next-line no-control-regex -- as above
  .regex(/^[^\u0000/]*$/, 'must be a single name')
  .refine(name => name !== '.' && name !== '..', 'must not be “.” or “..”')

/** The owner of the files: a host or this computer; `root` reads and writes as root, through sudo. */
export const side = z.strictObject({ target, root: z.boolean().default(false) })
export type Side = Readonly<z.output<typeof side>>

/** A file or folder on one side. */
export const place = z.strictObject({ side, path: filePath })
export type Place = Readonly<z.output<typeof place>>

export type FileKind = 'file' | 'folder' | 'link' | 'special'

/** A file's attributes. Times are milliseconds since 1970; null if the side doesn't report them. */
export interface FileInfo {
  readonly kind: FileKind
  readonly size: number
  /** True if the side reported an impossible size, such as -1: `size` is then 0, and the true one unknown. */
  readonly oddSize?: true
  readonly mtimeMs: number | null
  /** The permission bits, 0 to 0o7777. */
  readonly mode: number | null
  readonly uid: number | null
  readonly gid: number | null
}

/** One row of a folder. */
export interface Entry extends FileInfo {
  readonly name: string
  readonly owner: string | null
  readonly group: string | null
  /** A link's target, and the kind of the target; null if it is dangling or not known. */
  readonly link: { readonly target: string; readonly kind: FileKind | null } | null
}

/** Disk space in bytes. */
export interface Space {
  readonly free: number
  readonly total: number
  readonly readOnly: boolean
}

/** The state of a side. */
export type SideState =
  /** `said`: the server’s banner, which may contain a link for signing in. */
  | { readonly kind: 'connecting'; readonly step: string; readonly said?: ServerText }
  | { readonly kind: 'asking' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'lost'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }

export interface SideSnapshot {
  readonly side: Side
  readonly state: SideState
}

/** A connected side's facts for a pane. */
export interface SideInfo {
  readonly home: string
  /** The side's standard folders, such as Desktop; only on this computer. */
  readonly shortcuts: readonly { readonly name: string; readonly path: string }[]
  /** True if commands can be run on the side: folder sizes, checksums, archives. */
  readonly commands: boolean
}

export const listingId = z.uuid().brand<'ListingId'>()
export type ListingId = z.infer<typeof listingId>

/** The messages on a listing's port: rows as they arrive, then the end. */
export type FromListing =
  | { readonly entries: readonly Entry[] }
  | { readonly done: true; readonly path: string }
  | { readonly error: WireError }

export const taskId = z.uuid().brand<'TaskId'>()
export type TaskId = z.infer<typeof taskId>
/** Slow calls carry an ID by which they can be cancelled. */
const task = taskId.optional()

const checksumKind = z.enum(['sha256', 'sha1', 'md5'])
const paths = z.array(filePath).min(1).max(200_000)

/** The number and total size of the files below some paths. Links are counted, never followed. */
export interface TreeCount {
  readonly files: number
  readonly folders: number
  readonly bytes: number
}

/** The attributes that distinguish states of a file. */
export const fileVersion = z.strictObject({ size: z.number(), mtimeMs: z.number().nullable() })
export type FileVersion = Readonly<z.infer<typeof fileVersion>>

/** The maximum that is read or saved at once, in bytes. */
export const largestRead = 5 * 1024 * 1024

/** Part of a file, with the version that was read. */
export interface FilePiece {
  readonly data: Uint8Array
  readonly version: FileVersion
}

/** Text that was typed in the editor and not saved, with the version of the file that it is based on. */
const draft = z.strictObject({ place, text: z.string().max(4 * largestRead), version: fileVersion.nullable() })
export type Draft = Readonly<z.output<typeof draft>>

// Restored panes, and folders refreshed after a copy, connect in the background.
const asker = askedBy.default('person')

/** Files on this computer and on hosts. The first call that names a side connects it. */
export const files = {
  /** Connects the side; resolves at once if it is connected. */
  reach: call(z.strictObject({ side, asker })).returns<SideInfo>(),
  /** Sets the sides that panes show; the others are disconnected. */
  keep: call(z.strictObject({ sides: z.array(side).max(64) })).returns<void>(),
  /** Sends the rows over the port of this ID; resolves once it has started. */
  list: call(z.strictObject({ id: listingId, place, asker })).returns<void>(),
  stopListing: call(z.strictObject({ id: listingId })).returns<void>(),
  info: call(z.strictObject({ place })).returns<(FileInfo & { readonly realPath: string }) | null>(),
  /** Returns the first names in a folder with a prefix, for completing a typed path. */
  complete: call(z.strictObject({ place, prefix: z.string().max(1024) })).returns<readonly string[]>(),
  /** Reads part of a file, at most 5 MiB; shorter at its end. */
  read: call(
    z.strictObject({ place, offset: z.int().min(0), length: z.int().min(0).max(largestRead) }),
  ).returns<FilePiece>(),
  /**
   * Replaces the contents of a file atomically, keeping its mode and owner. Errors: `changed` if it is not the given
   * version; null saves unconditionally.
   */
  save: call(
    z.strictObject({
      place,
      data: z.instanceof(Uint8Array).refine(data => data.length <= largestRead, 'must be at most 5 MiB'),
      expected: fileVersion.nullable(),
    }),
  ).returns<FileVersion>(),
  /** Keeps unsaved text in memory, for the page after a lost one, until it is dropped. */
  keepDraft: call(draft).returns<void>(),
  dropDraft: call(z.strictObject({ place })).returns<void>(),
  drafts: call(z.void()).returns<readonly Draft[]>(),
  makeFolder: call(z.strictObject({ place })).returns<void>(),
  makeFile: call(z.strictObject({ place })).returns<void>(),
  makeLink: call(z.strictObject({ place, target: z.string().min(1).max(16_384) })).returns<void>(),
  rename: call(z.strictObject({ place, name: fileName })).returns<void>(),
  /** Counts the files of a deletion or copy. */
  count: call(z.strictObject({ side, paths, task })).returns<TreeCount>(),
  /** Deletes remote files permanently, and moves local ones to the trash. */
  remove: call(z.strictObject({ side, paths, task })).returns<void>(),
  setMode: call(
    z.strictObject({ side, paths, mode: z.int().min(0).max(0o7777), within: z.boolean(), task }),
  ).returns<void>(),
  setOwner: call(
    z.strictObject({ side, paths, owner: z.string().min(1).max(128), within: z.boolean() }),
  ).returns<void>(),
  space: call(z.strictObject({ place })).returns<Space | null>(),
  checksum: call(z.strictObject({ place, kind: checksumKind, task })).returns<string>(),
  /** Finds names below a folder, at most 1,000. */
  find: call(z.strictObject({ place, text: z.string().min(1).max(256), task })).returns<readonly string[]>(),
  /** Creates an archive beside the files. */
  compress: call(z.strictObject({ side, paths, name: fileName, task })).returns<void>(),
  extract: call(z.strictObject({ place })).returns<void>(),
  /** Stops a task: completed work stays, the rest is not done. */
  cancel: call(z.strictObject({ task: taskId })).returns<void>(),
  onSides: event<readonly SideSnapshot[]>(),
}
