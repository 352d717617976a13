import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { checksum } from '../files/far-tools.ts'
import type { FileChange, FileSystem, ReadableFile, WritableFile } from '../files/file-system.ts'
import { shellWord } from '../ssh/run-command.ts'
import { partPathOf, provenLength, sameVersion, type PartRecord, type Version } from './part-file.ts'
import { pump } from './pump.ts'

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
}

// On a file this large the wait for the disk is worth it; thousands of small ones would take minutes.
const syncBytes = 4 * 1024 * 1024

/**
 * Copies one file: to a part file beside the target, whole, with its mode and times, and only then under its name.
 * Throws an `AppError`; `changed` when the source was written to meanwhile. The part file stays for a resume, except
 * where it is worth nothing.
 */
export async function copyFile(options: CopyFileOptions): Promise<void> {
  const part = partPathOf(options.to)
  try {
    await copyVia(options, part)
  } catch (error) {
    throw withoutPart(error, { part, to: options.to })
  }
}

/** Nobody knows the part file's name: what is wrong with it is told of the file that it was to become. */
function withoutPart(error: unknown, { part, to }: { part: string; to: string }): unknown {
  const name = shortName(nameOf(part))
  if (!(error instanceof AppError) || !error.message.includes(name)) return error
  return new AppError(error.code, error.message.replaceAll(name, shortName(nameOf(to))), { cause: error })
}

async function copyVia(options: CopyFileOptions, part: string): Promise<void> {
  const { source, target, info } = options
  if (source.key === target.key && (await copyInside(options, part))) return finish(options, part)
  const chunk = Math.min(source.pace.chunk, target.pace.chunk)
  const small = info.size > 0 && info.size < chunk && !options.append
  const copied = small ? await copySmall(options, part) : null
  if (copied === 'placed') return
  if (!copied) await copyLarge(options, part, chunk)
  await finish(options, part)
}

/** One read, one write: as few round trips as there can be. Null when the file is not what it was. */
async function copySmall(options: CopyFileOptions, part: string): Promise<'part' | 'placed' | null> {
  const { target, to, info, signal, pass, onBytes, replace, verify } = options
  await untilAborted(pass(info.size), signal)
  const { data, info: now } = await readSmall(options)
  if (data.length !== info.size || now.size !== info.size) return null
  if (signal.aborted) throw new AppError('cancelled', 'Cancelled')
  if (target.whole && !verify) {
    await target.whole.place({ part, to, data, change: changeFor(options, now), replace })
    onBytes(data.length)
    return 'placed'
  }
  const written = await createPart(target, part, info.size)
  try {
    const { size: _whole, ...change } = changeFor(options, now)
    await settled([written.write(0, data), written.change(change).catch(ignoreRefusal), written.close()])
  } catch (error) {
    void written.close().catch(() => {})
    await target.removeFile(part).catch(() => {})
    throw error
  }
  onBytes(data.length)
  return 'part'
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

async function copyLarge(options: CopyFileOptions, part: string, chunk: number): Promise<void> {
  const { source, target, from, info, onPart, resume } = options
  const file = await source.open(from, info.size)
  let written: WritableFile | undefined
  try {
    // What it is now is not waited for, unless a part of it is there: on a far line each question takes its time.
    const asked = file.info()
    asked.catch(() => {})
    if (options.append) await takeOver(options, part)
    const resumed = resume ? await resumePart(options, { part, file, before: await asked }) : null
    written = resumed?.file ?? (await createPart(target, part, info.size))
    const version = resume ? await asked : info
    onPart(version, resumed?.length ?? 0)
    const after = await fill(options, { file, written, before: asked, chunk, from: resumed?.length ?? 0, version })
    await finishPart(written, changeFor(options, after))
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

/** Sets what the file is to be, has it written to the disk and closes it, all asked for at once. */
async function finishPart(file: WritableFile, change: FileChange): Promise<void> {
  const { size = 0, ...rest } = change
  // A part that was longer before must not keep its end; mode and times are set where the side lets it.
  await settled([
    file.change({ size }),
    file.change(rest).catch(ignoreRefusal),
    ...(size >= syncBytes ? [file.sync()] : []),
    file.close(),
  ])
}

async function resumePart(
  { target, resume, append }: CopyFileOptions,
  { part, file, before }: { part: string; file: ReadableFile; before: FileInfo },
): Promise<{ file: WritableFile; length: number } | null> {
  if (!resume || !sameVersion(resume, before)) return null
  const info = await target.info(part)
  if (info?.kind !== 'file') return null
  const written = await target.create(part, { how: 'keep', size: before.size })
  const length = await provenLength(
    { source: file, part: written, whole: before, append, known: resume.whole },
    info,
  ).catch(() => 0)
  if (length > 0) return { file: written, length }
  await written.close()
  return null
}

/** A new part file, readable for its owner only; what an earlier copy left there goes. */
async function createPart(target: FileSystem, part: string, size: number): Promise<WritableFile> {
  const options = { mode: 0o600, how: 'exclusive', size } as const
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
  // Nothing may stand at the part's name, which anybody can guess.
  const copy = `rm -f -- ${shellWord(part)} && cp -- ${shellWord(from)} ${shellWord(part)}`
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
  const { size: _whole, ...change } = changeFor(options, after)
  await target.change(part, change).catch(ignoreRefusal)
  onBytes(info.size)
  return true
}

// A host may give files and run no commands.
function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'server-refused') return null
  throw error
}

async function finish(options: CopyFileOptions, part: string): Promise<void> {
  const { target, to, replace, verify } = options
  if (verify) await compare(options, part)
  try {
    await (replace ? target.replace(part, to) : target.rename(part, to))
  } catch (error) {
    // Somebody was quicker to take the name: nothing more comes of this part.
    if ((error as AppError).code === 'exists') await target.removeFile(part).catch(() => {})
    throw error
  }
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

function changeFor({ info, keepOwner }: Pick<CopyFileOptions, 'info' | 'keepOwner'>, now: FileInfo): FileChange {
  const owner = keepOwner && now.uid !== null && now.gid !== null ? { owner: { uid: now.uid, gid: now.gid } } : {}
  return {
    size: now.size,
    mode: (info.mode ?? 0o644) & 0o777,
    ...(now.mtimeMs === null ? {} : { mtimeMs: now.mtimeMs }),
    ...owner,
  }
}

function changed(path: string): AppError {
  return new AppError('changed', `${shortName(nameOf(path))} was changed while it was copied. Copy it again.`)
}

// Not every disk has modes and times, and not every server sets them.
function ignoreRefusal(error: unknown): void {
  const { code } = error as { code?: unknown }
  if (code !== 'no-permission' && code !== 'unsupported' && code !== 'files-failed') throw error
}

/** What is there is copied to the part's name, beside which it stays until the whole is in its place. */
async function takeOver({ target, to }: CopyFileOptions, part: string): Promise<void> {
  await target.removeFile(part).catch(() => {})
  await target.copyInside(to, part).catch(() => {})
}

function untilAborted(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> | undefined {
  if (!work) return undefined
  return new Promise((resolve, reject) => {
    const abort = () => reject(new AppError('cancelled', 'Cancelled'))
    signal.addEventListener('abort', abort, { once: true })
    void work.then(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
}

/** Waits for all of them; throws the first failure. */
async function settled(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected')
  if (failed) throw failed.reason
}
