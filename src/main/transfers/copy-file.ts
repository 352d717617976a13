import { AppError } from '../../shared/base/errors.ts'
import { nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { cancelled, untilAborted } from '../../shared/base/abort.ts'
import { finishFile } from '../files/attributes.ts'
import { checksum } from '../files/far-tools.ts'
import { inPrivateFolder } from '../files/private-folder.ts'
import { isFileFailure } from '../files/file-errors.ts'
import type { FileChange, FileSystem, ReadableFile, WritableFile } from '../files/file-system.ts'
import { sh, type Script } from '../ssh/script.ts'
import { partPathOf, provenLength, sameVersion, type PartRecord, type Version } from './part-file.ts'
import { pump } from './pump.ts'
import { endsTransfer } from './transfer-plan.ts'

export interface CopyFileOptions {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly from: string
  readonly to: string
  /** What the source was when the copy was planned. */
  readonly info: FileInfo
  /** True when a file at `to` may be replaced; else one that is there is an error. */
  readonly replace: boolean
  /** The version of the source that the part file was begun from, and what of it is known to be whole; null begins anew. */
  readonly resume: PartRecord | null
  /** True when what is there may be the first part of the source: it is taken over where the side can copy it. */
  readonly append: boolean
  readonly keepOwner: boolean
  readonly verify: boolean
  readonly signal: AbortSignal
  readonly pass: (bytes: number) => Promise<void> | undefined
  /** A part file is begun from this version of the source; so many of its first bytes are whole. */
  readonly onPart: (version: Version, whole: number) => void
  /** So many bytes are through; the first call after a resume has what was there already. */
  readonly onBytes: (bytes: number) => void
  /** The copy failed: its part file was taken away, or is left for a resume or because the side is out of reach. */
  readonly onPartSettled?: (left: boolean) => void
}

// On a file this large the wait for the disk is worth it; thousands of small ones would take minutes.
const syncBytes = 4 * 1024 * 1024

/**
 * Copies one file: to a part file beside the target, whole, with its mode and times as far as the target takes them, and
 * only then under its name. Answers false where the target did not take them. Throws an `AppError`; `changed` when the
 * source was written to meanwhile. After a lost link, a full disk or an abort the part file stays for a resume, if
 * anything is in it; after every other failure it is taken away.
 */
export async function copyFile(options: CopyFileOptions): Promise<boolean> {
  const part = partPathOf(options.to)
  let bytes = 0
  const onBytes = (count: number) => {
    bytes += count
    options.onBytes(count)
  }
  try {
    return await copyVia({ ...options, onBytes }, part)
  } catch (error) {
    const resumable = endsTransfer(error) && (bytes > 0 || options.resume !== null)
    options.onPartSettled?.(resumable || !(await isGone(options.target, part)))
    throw withoutPart(error, { part, to: options.to })
  }
}

async function isGone(target: FileSystem, part: string): Promise<boolean> {
  return target.removeFile(part).then(
    () => true,
    (error: unknown) => isFileFailure(error) && error.code === 'not-found',
  )
}

/** Nobody knows the part file's name: what is wrong with it is told of the file that it was to become. */
function withoutPart(error: unknown, { part, to }: { part: string; to: string }): unknown {
  const name = shortName(nameOf(part))
  if (!(error instanceof AppError) || !error.message.includes(name)) return error
  return new AppError(error.code, error.message.replaceAll(name, shortName(nameOf(to))), { cause: error })
}

async function copyVia(options: CopyFileOptions, part: string): Promise<boolean> {
  const { source, target, info } = options
  if (source.key === target.key && (await copyInside(options, part))) {
    await finish(options, part)
    return true
  }
  const chunk = Math.min(source.pace.chunk, target.pace.chunk)
  const small = info.size > 0 && info.size < chunk && !options.append
  const copied = small ? await copySmall(options, part) : null
  if (copied === 'placed') return true
  const { kept } = copied ?? (await copyLarge(options, part, chunk))
  await finish(options, part)
  return kept
}

/** One read, one write: as few round trips as there can be. Null when the file is not what it was. */
async function copySmall(options: CopyFileOptions, part: string): Promise<{ kept: boolean } | 'placed' | null> {
  const { target, to, info, signal, pass, onBytes, replace, verify } = options
  await untilAborted(pass(info.size) ?? Promise.resolve(), signal)
  const { data, info: now } = await readSmall(options)
  if (data.length !== info.size || now.size !== info.size) return null
  if (signal.aborted) throw cancelled()
  const change = changeFor(options, now)
  if (target.whole && !verify) {
    await target.whole.place({ part, to, data, change, replace })
    onBytes(data.length)
    return 'placed'
  }
  const written = await createPart(target, part, change)
  const { size: _whole, ...rest } = change
  const [, finished] = await settled([
    written.write(0, data),
    finishFile(target, written, { path: part, change: rest, sync: false }),
  ])
  refuseLonger(finished.size, data.length, part)
  onBytes(data.length)
  return finished
}

async function readSmall({ source, from, info }: CopyFileOptions): Promise<{ data: Uint8Array; info: FileInfo }> {
  if (source.whole) return source.whole.read(from, info.size + 1)
  const file = await source.open(from, info.size)
  try {
    const [data, now] = await Promise.all([file.read(0, info.size + 1), file.info()])
    return { data, info: now }
  } finally {
    void file.close().catch(() => {})
  }
}

async function copyLarge(options: CopyFileOptions, part: string, chunk: number): Promise<{ kept: boolean }> {
  const { source, target, from, info, onPart, resume } = options
  const file = await source.open(from, info.size)
  let written: WritableFile | undefined
  try {
    // What it is now is not waited for, unless a part of it is there: on a far line each question takes its time.
    const asked = file.info()
    asked.catch(() => {})
    if (options.append) await takeOver(options, part)
    const resumed = resume ? await resumePart(options, { part, file, before: await asked }) : null
    written = resumed?.file ?? (await createPart(target, part, changeFor(options, info)))
    const version = resume ? await asked : info
    onPart(version, resumed?.length ?? 0)
    const after = await fill(options, { file, written, before: asked, chunk, from: resumed?.length ?? 0, version })
    const { size = 0, ...change } = changeFor(options, after)
    const finished = await finishFile(target, written, { path: part, change, sync: size >= syncBytes })
    refuseLonger(finished.size, size, part)
    return finished
  } finally {
    void written?.close().catch(() => {})
    void file.close().catch(() => {})
  }
}

interface Filling {
  readonly file: ReadableFile
  readonly written: WritableFile
  readonly before: Promise<FileInfo>
  readonly chunk: number
  readonly from: number
  readonly version: Version
}

/** Answers what the source is once all of it is copied; throws `changed` when it is not what it was at the start. */
async function fill(options: CopyFileOptions, filling: Filling): Promise<FileInfo> {
  const { file, written, before, chunk, from, version } = filling
  const { signal, pass, onBytes, onPart, from: path, info } = options
  if (from > 0) onBytes(from)
  const onWhole = (offset: number) => onPart(version, offset)
  const end = await pump({
    source: file,
    target: written,
    from,
    size: info.size,
    chunk,
    signal,
    pass,
    onBytes,
    onWhole,
  })
  const [first, after] = await Promise.all([before, file.info()])
  // What says it is empty and is not, such as a file in /proc, has no size to compare.
  if (info.size === 0 && end > 0 && after.size === 0) return { ...after, size: end }
  if (end !== info.size || !sameFile(first, after) || after.size !== info.size) throw changed(path)
  return after
}

function sameFile(a: FileInfo, b: FileInfo): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs
}

/** A server that does not refuse to make a file anew leaves the end of a longer one that was there. */
function refuseLonger(found: number | null, size: number, part: string): void {
  if (found === null || found <= size) return
  throw new AppError('files-failed', `${shortName(nameOf(part))} is longer than the file. Copy it again.`)
}

async function resumePart(
  { target, resume, append }: CopyFileOptions,
  { part, file, before }: { part: string; file: ReadableFile; before: FileInfo },
): Promise<{ file: WritableFile; length: number } | null> {
  if (!resume || !sameVersion(resume, before)) return null
  const info = await target.info(part)
  // One that is longer than the source is of no use: not every server cuts files off.
  if (info?.kind !== 'file' || info.size > before.size) return null
  const written = await target.create(part, { how: 'keep', size: before.size })
  const length = await provenLength(
    { source: file, part: written, whole: before, append, known: resume.whole },
    info,
  ).catch(() => 0)
  if (length > 0) return { file: written, length }
  await written.close()
  return null
}

/**
 * A new part file, with the mode of the copy for servers that set none later, and writable for its owner; what an
 * earlier copy left there goes.
 */
async function createPart(target: FileSystem, part: string, { size = 0, mode = 0 }: FileChange): Promise<WritableFile> {
  const options = { mode: mode | 0o600, how: 'exclusive', size } as const
  try {
    return await target.create(part, options)
  } catch (error) {
    // Not every server says why; what is in the way is looked for.
    const there = await target.info(part).catch(() => null)
    if (!there || there.kind === 'folder') throw error
    await target.removeFile(part)
    return target.create(part, options)
  }
}

/** Where both are on one host, the host copies. False when it can't. */
async function copyInside(options: CopyFileOptions, part: string): Promise<boolean> {
  const { source, target, from, signal, info, onBytes } = options
  if (!target.commands || options.append) return false
  const before = await source.info(from)
  const copy = copyScript(options, part, before)
  const result = await target.commands.run(copy, { signal, timeoutMs: 43_200_000 }).catch(unlessRefused)
  if (!result) return false
  const { code, errors } = result
  if (code !== 0) {
    if (/no space|quota/i.test(errors))
      throw new AppError('no-space', `The disk on ${target.label} is full: ${shortName(nameOf(from))} was not copied.`)
    return false
  }
  const [after, made] = await Promise.all([source.info(from), target.info(part)])
  // What says it is empty and is not is read to its end instead.
  if (info.size === 0 && made?.size !== 0) return false
  if (!before || !after || !sameFile(before, after) || made?.size !== after.size) throw changed(from)
  onBytes(info.size)
  return true
}

/**
 * Copies in a folder that others can't enter and moves the copy to the part's name, where somebody may have planted a
 * link. Mode, time and owner are set before: by name later they could be set on the file behind such a link.
 */
function copyScript(options: CopyFileOptions, part: string, now: FileInfo | null): Script {
  const { from, keepOwner, info } = options
  const name = nameOf(part)
  const made = `./${name}`
  const { uid = null, gid = null } = now ?? {}
  const owner = keepOwner && uid !== null && gid !== null ? sh`; chown ${`${uid}:${gid}`} ${made} 2>/dev/null` : sh``
  const mode = ((info.mode ?? 0o644) & 0o777).toString(8)
  const make = sh`cp -- ${from} ${made} && { touch -r ${from} ${made} 2>/dev/null${owner}; chmod ${mode} ${made} 2>/dev/null; true; }`
  return inPrivateFolder({ folder: parentOf(part), name, make, replace: true })
}

// A host may give files and run no commands.
function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'server-refused') return null
  throw error
}

async function finish(options: CopyFileOptions, part: string): Promise<void> {
  const { target, to, replace, verify } = options
  if (verify) await compare(options, part)
  await (replace ? target.replace(part, to) : target.rename(part, to, { known: 'file' }))
}

async function compare({ source, target, from, signal }: CopyFileOptions, part: string): Promise<void> {
  const [ours, theirs] = await Promise.all([
    checksum(source, { path: from, kind: 'sha256' }, signal),
    checksum(target, { path: part, kind: 'sha256' }, signal),
  ])
  if (ours === theirs) return
  await target.removeFile(part).catch(() => {})
  throw new AppError(
    'changed',
    `The copy of ${shortName(nameOf(from))} is not the same as the file. It was taken away.`,
  )
}

function changeFor({ info, keepOwner, target }: CopyFileOptions, now: FileInfo): FileChange {
  const owner = keepOwner && now.uid !== null && now.gid !== null ? { owner: { uid: now.uid, gid: now.gid } } : {}
  return {
    size: now.size,
    // What a host says of its files must not open them to other users of this computer.
    mode: (info.mode ?? 0o644) & 0o777 & ~target.umask,
    ...(now.mtimeMs === null ? {} : { mtimeMs: now.mtimeMs }),
    ...owner,
  }
}

function changed(path: string): AppError {
  return new AppError('changed', `${shortName(nameOf(path))} was changed while it was copied. Copy it again.`)
}

/** What is there is copied to the part's name, beside which it stays until the whole is in its place. */
async function takeOver({ target, to }: CopyFileOptions, part: string): Promise<void> {
  await target.removeFile(part).catch(() => {})
  await target.copyInside(to, part).catch(() => {})
}

/** Waits for all of them; throws the first failure. */
async function settled<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected')
  if (failed) throw failed.reason
  return Promise.all(work) as unknown as Promise<T>
}
