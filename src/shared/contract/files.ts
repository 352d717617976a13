import { z } from 'zod'

import type { WireError } from '../base/errors.ts'
import type { ServerText } from '../base/server-text.ts'
import { askedBy } from './asked-by.ts'
import { call, event } from './define.ts'
import { target } from './targets.ts'

/** A file name or path: any characters but NUL; a byte that is no UTF-8 is a lone surrogate (U+DC80 to U+DCFF). */
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

/** Whose files: a host's, or this computer's; `root` reads and writes as root, by sudo. */
export const side = z.strictObject({ target, root: z.boolean().default(false) })
export type Side = Readonly<z.output<typeof side>>

/** A file or folder on one side. */
export const place = z.strictObject({ side, path: filePath })
export type Place = Readonly<z.output<typeof place>>

export type FileKind = 'file' | 'folder' | 'link' | 'special'

/** What is known of a file. Times are milliseconds since 1970; null is what the side does not tell. */
export interface FileInfo {
  readonly kind: FileKind
  readonly size: number
  /** True where the side gave a size that no file can have, such as -1: `size` is 0 then, and the true one unknown. */
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
  /** Where a link leads, and what is there; null when it leads nowhere or is not known. */
  readonly link: { readonly target: string; readonly kind: FileKind | null } | null
}

/** Room on the disk, in bytes. */
export interface Space {
  readonly free: number
  readonly total: number
  readonly readOnly: boolean
}

/** How a side stands. */
export type SideState =
  /** `said`: the server’s banner, which may hold a link by which to sign in. */
  | { readonly kind: 'connecting'; readonly step: string; readonly said?: ServerText }
  | { readonly kind: 'asking' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'lost'; readonly error: WireError }
  | { readonly kind: 'failed'; readonly error: WireError }

export interface SideSnapshot {
  readonly side: Side
  readonly state: SideState
}

/** What a pane needs to know of a side once it is reached. */
export interface SideInfo {
  readonly home: string
  /** The names of the sides's own folders, such as Desktop; only on this computer. */
  readonly shortcuts: readonly { readonly name: string; readonly path: string }[]
  /** True when commands can be run there: folder sizes, checksums, archives. */
  readonly commands: boolean
}

export const listingId = z.uuid().brand<'ListingId'>()
export type ListingId = z.infer<typeof listingId>

/** What travels on a listing's port: rows as they come, then the end. */
export type FromListing =
  | { readonly entries: readonly Entry[] }
  | { readonly done: true; readonly path: string }
  | { readonly error: WireError }

export const taskId = z.uuid().brand<'TaskId'>()
export type TaskId = z.infer<typeof taskId>
/** What may take long carries an id by which it can be cancelled. */
const task = taskId.optional()

export const checksumKind = z.enum(['sha256', 'sha1', 'md5'])
const paths = z.array(filePath).min(1).max(200_000)

/** How many there are below some paths, and what they weigh. Links are counted, never followed. */
export interface TreeCount {
  readonly files: number
  readonly folders: number
  readonly bytes: number
}

/** What tells one state of a file from another. */
export const fileVersion = z.strictObject({ size: z.number(), mtimeMs: z.number().nullable() })
export type FileVersion = Readonly<z.infer<typeof fileVersion>>

/** The most that is read or saved at once, in bytes. */
export const largestRead = 5 * 1024 * 1024

/** A piece of a file, and what the file was when it was read. */
export interface FilePiece {
  readonly data: Uint8Array
  readonly version: FileVersion
}

// Panes of the last run, and folders that are read anew after a copy, connect in the background.
const asker = askedBy.default('person')

/** Files on this computer and on hosts. A side is connected by the first call that names it. */
export const files = {
  /** Connects, or answers at once when it is. */
  reach: call(z.strictObject({ side, asker })).returns<SideInfo>(),
  /** The sides that panes show; the others are let go. */
  keep: call(z.strictObject({ sides: z.array(side).max(64) })).returns<void>(),
  /** Sends the rows over the port of this id; answers when it has begun. */
  list: call(z.strictObject({ id: listingId, place, asker })).returns<void>(),
  stopListing: call(z.strictObject({ id: listingId })).returns<void>(),
  info: call(z.strictObject({ place })).returns<(FileInfo & { readonly realPath: string }) | null>(),
  /** The first names in a folder that begin so; for completing a typed path. */
  complete: call(z.strictObject({ place, prefix: z.string().max(1024) })).returns<readonly string[]>(),
  /** A piece of a file, at most 5 MiB; shorter at its end. */
  read: call(
    z.strictObject({ place, offset: z.int().min(0), length: z.int().min(0).max(largestRead) }),
  ).returns<FilePiece>(),
  /**
   * Puts new contents in the place of a file, whole or not at all, keeping mode and owner. Refused with `changed` when it
   * is not what it was; null saves whatever is there.
   */
  save: call(
    z.strictObject({
      place,
      data: z.instanceof(Uint8Array).refine(data => data.length <= largestRead, 'must be at most 5 MiB'),
      expected: fileVersion.nullable(),
    }),
  ).returns<FileVersion>(),
  makeFolder: call(z.strictObject({ place })).returns<void>(),
  makeFile: call(z.strictObject({ place })).returns<void>(),
  makeLink: call(z.strictObject({ place, target: z.string().min(1).max(16_384) })).returns<void>(),
  rename: call(z.strictObject({ place, name: fileName })).returns<void>(),
  /** How much a deletion or a copy is about. */
  count: call(z.strictObject({ side, paths, task })).returns<TreeCount>(),
  /** Far away it is gone at once; on this computer it goes to the trash. */
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
  /** Makes an archive beside the files; answers its name. */
  compress: call(z.strictObject({ side, paths, name: fileName, task })).returns<void>(),
  extract: call(z.strictObject({ place })).returns<void>(),
  /** Ends a task: what it has done stays, the rest is left. */
  cancel: call(z.strictObject({ task: taskId })).returns<void>(),
  onSides: event<readonly SideSnapshot[]>(),
}
