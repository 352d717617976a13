import { randomBytes } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName, shownName } from '../../shared/base/shown-name.ts'
import type { FileInfo, FilePiece, FileVersion } from '../../shared/contract/files.ts'
import { ignoreRefusal, tryChange } from './attributes.ts'
import { isFileFailure } from './file-errors.ts'
import type { FileSystem, ReadableFile, WritableFile } from './file-system.ts'
import { refuseWhereFull } from './room.ts'
import { refuseSpecial } from './special-files.ts'

/**
 * Reads part of a file, following links. Fewer than `length` bytes are returned at the end of the file. Errors:
 * `unsupported` for a pipe or a device.
 */
export async function readPiece(
  files: FileSystem,
  path: string,
  { offset, length }: { offset: number; length: number },
): Promise<FilePiece> {
  await refuseSpecial(files, path)
  const file = await files.open(path, length)
  try {
    const [data, { size, mtimeMs }] = await Promise.all([
      readUpTo(file, { offset, length }, files.pace.chunk),
      file.info(),
    ])
    return { data, version: { size, mtimeMs } }
  } finally {
    void file.close().catch(() => {})
  }
}

export interface Saving {
  readonly data: Uint8Array
  /** The version of the file when it was read; null allows any version, or no file. */
  readonly expected: FileVersion | null
  /** Called before the old contents are overwritten in place. */
  readonly onNote?: (text: string) => void
}

/**
 * Saves a file atomically: written beside it first, then moved into its place, with its previous mode and owner. If no
 * file can be created in its folder, it is overwritten in place after a note. Errors: `changed` if the file is not the
 * expected version, and those of writing; the old contents are then intact unless the error says otherwise.
 */
export async function saveFile(files: FileSystem, path: string, saving: Saving): Promise<FileVersion> {
  const { data, expected } = saving
  const there = await files.info(path, { follow: true })
  const real = there ? await files.realPath(path) : path
  if (there) refuseOthers(there, real, files.label)
  if (expected) checkVersion(there, expected, { path: real, where: files.label })
  const temp = joinPath(parentOf(real), `.${nameOf(real).slice(0, 64)}.${randomBytes(4).toString('hex')}.hawser-part`)
  // Uses the file's own mode from the start, for servers that can't set it later, and never a wider one, so that nobody
  // else can read it meanwhile.
  const mode = ((there?.mode ?? 0o600) & 0o777) | 0o600
  const file = await files.create(temp, { mode, how: 'exclusive', size: data.length }).catch((error: unknown) => {
    if (there && isFileFailure(error) && error.code === 'no-permission') return null
    throw namedAs(error, { inner: temp, path: real })
  })
  if (!file) return saveInPlace(files, real, { ...saving, standing: there?.size ?? 0 })
  let overwriting = false
  try {
    await write(file, data, files.pace.chunk)
    const rights = there ? await keepRights(file, there) : 'kept'
    await file.sync()
    const { size, mtimeMs } = await file.info()
    await file.close()
    // A file whose owner or mode can't be restored keeps both if its contents are overwritten instead.
    const opened = rights === 'kept' ? null : await openInPlace(files, real, { rights, size: data.length })
    overwriting = opened !== null
    if (opened) return await overwrite(files, opened, { from: temp, data })
    await files.replace(temp, real)
    return { size, mtimeMs }
  } catch (error) {
    await file.close().catch(() => {})
    if (overwriting) throw halfWritten(error, { path: real, copy: temp })
    await files.removeFile(temp).catch(() => {})
    throw namedAs(error, { inner: temp, path: real })
  }
}

/** No file can be created beside this one, so its contents are overwritten. */
async function saveInPlace(
  files: FileSystem,
  path: string,
  { data, onNote, standing }: Saving & { readonly standing: number },
): Promise<FileVersion> {
  // Checks that the file is writable before anything is announced or lost.
  await (await files.create(path, { how: 'keep', size: data.length })).close()
  await refuseWhereFull(files, path, { size: data.length, standing })
  const name = shortName(nameOf(path))
  onNote?.(`No files can be created in the folder of ${name} on ${files.label}, so ${name} is overwritten in place.`)
  const file = await files.create(path, { how: 'truncate', size: data.length })
  try {
    return await overwrite(files, file, { from: null, data })
  } catch (error) {
    throw halfWritten(error, { path, copy: null })
  }
}

// The old contents are partly overwritten; the complete new ones stay beside the file if there is room for them.
function halfWritten(cause: unknown, { path, copy }: { path: string; copy: string | null }): AppError {
  const now = copy === null ? 'Save it again.' : `Your complete version is in ${shownName(copy)}.`
  return new AppError('files-failed', `Couldn’t finish writing ${shortName(nameOf(path))}. ${now}`, { cause })
}

/** Users never see the name of the temporary file: errors name the file that is saved. */
function namedAs(error: unknown, { inner, path }: { inner: string; path: string }): unknown {
  const name = shortName(nameOf(inner))
  if (!(error instanceof AppError) || !error.message.includes(name)) return error
  return new AppError(error.code, error.message.replaceAll(name, shortName(nameOf(path))), { cause: error })
}

/** The attributes of the old file that the new one could not get, for whatever reason. */
type Rights = 'kept' | 'owner-lost' | 'mode-lost'

async function keepRights(file: WritableFile, { mode, uid, gid }: FileInfo): Promise<Rights> {
  if (uid !== null && gid !== null) {
    const now = await file.info()
    if ((now.uid !== uid || now.gid !== gid) && !(await tryChange(file, { owner: { uid, gid } }))) return 'owner-lost'
  }
  if (mode === null || (await tryChange(file, { mode }))) return 'kept'
  return (await file.info()).mode === mode ? 'kept' : 'mode-lost'
}

/** Null if the file can't be overwritten, and replacing it would only lose its mode. */
function openInPlace(
  files: FileSystem,
  path: string,
  { rights, size }: { rights: Rights; size: number },
): Promise<WritableFile | null> {
  const opening = files.create(path, { how: 'truncate', size })
  return rights === 'mode-lost' ? opening.catch((error: unknown) => (ignoreRefusal(error), null)) : opening
}

/** The new contents stay beside the file until they are completely written. */
async function overwrite(
  files: FileSystem,
  file: WritableFile,
  { from, data }: { from: string | null; data: Uint8Array },
): Promise<FileVersion> {
  try {
    await write(file, data, files.pace.chunk)
    await file.sync()
    const { size, mtimeMs } = await file.info()
    if (from !== null) await files.removeFile(from).catch(() => {})
    return { size, mtimeMs }
  } finally {
    await file.close().catch(() => {})
  }
}

function checkVersion(
  there: FileInfo | null,
  expected: FileVersion,
  { path, where }: { path: string; where: string },
): void {
  if (there && there.size === expected.size && there.mtimeMs === expected.mtimeMs) return
  const name = shortName(nameOf(path))
  const what = there ? 'was changed' : 'was deleted'
  throw new AppError('changed', `${name} ${what} on ${where} after you opened it.`)
}

function refuseOthers({ kind }: FileInfo, path: string, where: string): void {
  if (kind === 'file') return
  throw new AppError(
    'is-a-folder',
    `${shortName(nameOf(path))} on ${where} is not a regular file, so it can’t be saved.`,
  )
}

async function readUpTo(
  file: ReadableFile,
  { offset, length }: { offset: number; length: number },
  chunk: number,
): Promise<Uint8Array> {
  const starts = Array.from({ length: Math.ceil(length / chunk) }, (_each, index) => index * chunk)
  const pieces = await Promise.all(
    starts.map(start => readWhole(file, offset + start, Math.min(chunk, length - start))),
  )
  const end = pieces.findIndex((piece, index) => piece.length < Math.min(chunk, length - (starts[index] ?? 0)))
  return Buffer.concat(end < 0 ? pieces : pieces.slice(0, end + 1))
}

async function readWhole(file: ReadableFile, offset: number, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for (let done = 0; done < length;) {
    const data = await file.read(offset + done, length - done)
    if (data.length === 0) break
    pieces.push(data)
    done += data.length
  }
  return Buffer.concat(pieces)
}

async function write(file: WritableFile, data: Uint8Array, chunk: number): Promise<void> {
  const starts = Array.from({ length: Math.ceil(data.length / chunk) }, (_each, index) => index * chunk)
  await Promise.all(starts.map(start => file.write(start, data.subarray(start, start + chunk))))
}
