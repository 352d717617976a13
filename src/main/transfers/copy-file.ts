import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { cancelled, untilAborted } from '../../shared/base/abort.ts'
import { finishFile } from '../files/attributes.ts'
import { isFileFailure } from '../files/file-errors.ts'
import type { FileSystem, ReadableFile, WritableFile } from '../files/file-system.ts'
import { compare } from './compare-copy.ts'
import { copyInPlace, onlyInPlace } from './copy-in-place.ts'
import { copyInside } from './copy-inside.ts'
import { finishingOf, rightsOf, type CopyFileOptions } from './copy-options.ts'
import { keepGroup } from './copy-rights.ts'
import { fill } from './fill-file.ts'
import { partPathOf, provenLength, sameVersion } from './part-file.ts'
import { endsTransfer } from './transfer-plan.ts'

/**
 * Copies one file: completely to a part file beside the target, with its mode and times as far as the target allows,
 * and only then to its name. Resolves to false if the target did not accept them. Errors: an `AppError`; `changed` if
 * the source was modified meanwhile. After a lost connection, a full disk or an abort, a non-empty part file stays for
 * resuming; after every other failure it is deleted.
 */
export async function copyFile(options: CopyFileOptions): Promise<boolean> {
  const part = partPathOf(options.to)
  const names = { part, to: options.to }
  let bytes = 0
  const onBytes = (count: number) => {
    bytes += count
    options.onBytes(count)
  }
  try {
    return await copyVia({ ...options, onBytes }, part)
  } catch (error) {
    const resumable = endsTransfer(error) && (bytes > 0 || options.resume !== null)
    options.onPartSettled?.(resumable || !(await isMissing(options.target, part)))
    if (onlyInPlace(options, error)) {
      options.onBytes(-bytes)
      return copyInPlace(options).catch((second: unknown) => Promise.reject(withoutPart(second, names)))
    }
    throw withoutPart(error, names)
  }
}

async function isMissing(target: FileSystem, part: string): Promise<boolean> {
  return target.removeFile(part).then(
    () => true,
    (error: unknown) => isFileFailure(error) && error.code === 'not-found',
  )
}

/** Users never see the part file's name; errors name the target instead. */
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

/** Copies with one read and one write, for as few round trips as possible. Null if the source has changed. */
async function copySmall(options: CopyFileOptions, part: string): Promise<{ kept: boolean } | 'placed' | null> {
  const { target, to, info, signal, pass, onBytes, replace, verify, standing } = options
  await untilAborted(pass(info.size) ?? Promise.resolve(), signal)
  const { data, info: now } = await readSmall(options)
  if (data.length !== info.size || now.size !== info.size) return null
  if (signal.aborted) throw cancelled()
  const rights = rightsOf(options, now)
  const finishing = { ...finishingOf(rights, now), path: part, sync: false }
  if (target.whole && !verify) {
    await target.whole.place({ part, to, data, change: finishing.change, inherits: standing !== null, replace })
    onBytes(data.length)
    return 'placed'
  }
  const written = await createPart(target, part, { mode: rights.create, size: data.length })
  const [, finished] = await settled([written.write(0, data), finishFile(target, written, finishing)])
  if (!finished.kept && standing) await keepGroup(target, part, standing)
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
  const { source, target, info, onPart, resume, standing } = options
  const file = await source.open(options.from, info.size)
  let written: WritableFile | undefined
  try {
    // The attributes are not awaited unless there is a part file: each request costs a round trip.
    const asked = file.info()
    asked.catch(() => {})
    if (options.append) await takeOver(options, part)
    const resumed = resume ? await resumePart(options, { part, file, before: await asked }) : null
    const { create } = rightsOf(options, info)
    written = resumed?.file ?? (await createPart(target, part, { mode: create, size: info.size }))
    const version = resume ? await asked : info
    onPart(version, resumed?.length ?? 0)
    const from = resumed?.length ?? 0
    const after = await fill(options, { file, written, before: asked, chunk, from, version, noted: true })
    const { size } = after
    const finishing = finishingOf(rightsOf(options, after), after)
    const finished = await finishFile(target, written, { path: part, ...finishing })
    if (!finished.kept && standing) await keepGroup(target, part, standing)
    refuseLonger(finished.size, size, part)
    return finished
  } finally {
    void written?.close().catch(() => {})
    void file.close().catch(() => {})
  }
}

/** A server that ignores the truncate flag leaves the end of a longer existing file. */
function refuseLonger(found: number | null, size: number, part: string): void {
  if (found === null || found <= size) return
  throw new AppError(
    'files-failed',
    `The copy of ${shortName(nameOf(part))} is longer than the original. Copy it again.`,
  )
}

async function resumePart(
  { target, resume, append }: CopyFileOptions,
  { part, file, before }: { part: string; file: ReadableFile; before: FileInfo },
): Promise<{ file: WritableFile; length: number } | null> {
  if (!resume || !sameVersion(resume, before)) return null
  const info = await target.info(part)
  // A part file longer than the source is useless: not every server can truncate files.
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
 * Creates a part file with the mode of the copy, for servers that can't set it later, and writable for its owner; a
 * leftover of an earlier copy is replaced.
 */
async function createPart(
  target: FileSystem,
  part: string,
  { mode, size }: { mode: number | undefined; size: number },
): Promise<WritableFile> {
  const options = { ...(mode === undefined ? {} : { mode }), how: 'exclusive', size } as const
  try {
    return await target.create(part, options)
  } catch (error) {
    // Not every server gives a reason, so check what is in the way.
    const there = await target.info(part).catch(() => null)
    if (!there || there.kind === 'folder') throw error
    await target.removeFile(part)
    return target.create(part, options)
  }
}

async function finish(options: CopyFileOptions, part: string): Promise<void> {
  const { target, to, replace, verify } = options
  if (verify) {
    await compare(options, part).catch(async (error: unknown) => {
      if (error instanceof AppError && error.code === 'changed') await target.removeFile(part).catch(() => {})
      throw error
    })
  }
  await (replace ? target.replace(part, to) : target.rename(part, to, { known: 'file' }))
}

/** Copies the existing file to the part's name; the original stays until the copy is complete. */
async function takeOver({ target, to }: CopyFileOptions, part: string): Promise<void> {
  await target.removeFile(part).catch(() => {})
  await target.copyInside(to, part).catch(() => {})
}

/** Waits for all of them, then throws the first failure. */
async function settled<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected')
  if (failed) throw failed.reason
  return Promise.all(work) as unknown as Promise<T>
}
