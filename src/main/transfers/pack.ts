import { createHash } from 'node:crypto'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { joinPath } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { finishFile, ignoreRefusal } from '../files/attributes.ts'
import { eachOf } from '../files/each-of.ts'
import type { Commands, FileSystem } from '../files/file-system.ts'
import { removeTree } from '../files/tree-operations.ts'
import { encodeName } from '../sftp/byte-names.ts'
import { sh } from '../ssh/script.ts'
import { finishingOf } from './copy-options.ts'
import { keepGroup, rightsFor } from './copy-rights.ts'
import { partPathOf, sameVersion } from './part-file.ts'
import { tarEnd, tarHeader, tarPadding, TarFormatError, TarReader, type TarEntry } from './tar.ts'

/** A small file to be packed with many others. */
export interface PackedFile {
  readonly from: string
  readonly to: string
  readonly info: FileInfo
  readonly replace: boolean
  /** The replaced file; null if there is none. */
  readonly standing: FileInfo | null
}

export interface PackOptions {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly files: readonly PackedFile[]
  readonly signal: AbortSignal
  readonly pass: (bytes: number) => Promise<void> | undefined
  /** Called when a file is complete and has its final name. */
  readonly onDone: (file: PackedFile) => void
  /** Called when the folder for unpacking was deleted. */
  readonly onStageGone?: () => void
}

/** The maximum size of a small file in bytes. */
export const packedBytes = 64 * 1024
/** With fewer files, starting a remote program costs more than it saves. */
export const fewestPacked = 48
const manyFiles = 128
const writesAtOnce = 48
const readsAhead = 64
const renamesAtOnce = 256

/**
 * True if many small files should travel as one stream: one side is this computer, and the other has tar but allows few
 * open files. Where hundreds may be open, parallel requests were measured to be as fast or faster on every connection,
 * and each file has its own error.
 */
export async function canPack(source: FileSystem, target: FileSystem): Promise<boolean> {
  const [here, there] = source.commands ? [target, source] : [source, target]
  if (here.commands || !there.commands || there.pace.files >= manyFiles) return false
  return there.commands.has('tar').catch(() => false)
}

/**
 * Copies small files in either direction as one tar stream through a command. Resolves to the files that were not
 * copied, which must be copied one by one: tar doesn't report enough detail. Rejects if the connection is lost, and on
 * abort.
 */
export async function pack(options: PackOptions): Promise<readonly PackedFile[]> {
  if (options.signal.aborted) throw cancelled()
  const { commands } = options.source
  return commands ? packDown(options, commands) : packUp(options, options.target.commands as Commands)
}

async function packDown(options: PackOptions, commands: Commands): Promise<readonly PackedFile[]> {
  const { files, signal, pass } = options
  const byName = new Map(files.filter(canBeListed).map(file => [keyOf(encodeName(file.from.slice(1))), file]))
  const left = new Set(files)
  const stream = await commands.start(sh`exec tar -C / -cf - -T -`, signal)
  const writes = new Set<Promise<void>>()
  const abort = () => stream.dispose()
  signal.addEventListener('abort', abort)
  try {
    const list = [...byName.values()].map(file => Buffer.concat([encodeName(`.${file.from}`), Buffer.from('\n')]))
    await stream.write(Buffer.concat(list))
    stream.end()
    const reader = new TarReader(packedBytes * 4, entry => {
      const file = byName.get(keyOf(entry.name))
      if (!file || !left.has(file) || !isAsPlanned(entry, file)) return
      const write: Promise<void> = writeOne(options, file, entry)
        .then(() => {
          left.delete(file)
          options.onDone(file)
        })
        // The retry of the single file reports the reason.
        .catch(() => {})
        .finally(() => writes.delete(write))
      writes.add(write)
    })
    for await (const chunk of stream.output) {
      // The rest of a damaged archive is copied file by file.
      if (!readOn(reader, chunk)) break
      await pass(chunk.length)
      while (writes.size >= writesAtOnce) await Promise.race(writes)
    }
    await Promise.all(writes)
    stream.dispose()
    if (signal.aborted) throw cancelled()
    const { code } = await stream.ended.catch(unlessRefused)
    return code === 0 ? [...left] : [...left, ...(await changedMeanwhile(options, left))]
  } finally {
    signal.removeEventListener('abort', abort)
    stream.dispose()
    await Promise.all(writes)
  }
}

function readOn(reader: TarReader, chunk: Uint8Array): boolean {
  try {
    reader.push(chunk)
    return true
  } catch (error) {
    if (error instanceof TarFormatError) return false
    throw error
  }
}

async function writeOne({ target, signal }: PackOptions, file: PackedFile, { data }: TarEntry): Promise<void> {
  const part = partPathOf(file.to)
  const { info, standing } = file
  const rights = rightsFor({ mode: info.mode, owner: null, standing, umask: target.umask })
  const { create } = rights
  const mode = create === undefined ? {} : { mode: create }
  const written = await target.create(part, { ...mode, how: 'exclusive', size: data.length })
  try {
    await written.write(0, data)
    const { kept } = await finishFile(target, written, { path: part, ...finishingOf(rights, info) })
    if (!kept && standing) await keepGroup(target, part, standing)
    if (signal.aborted) throw cancelled()
    await (file.replace ? target.replace(part, file.to) : target.rename(part, file.to, { known: 'file' }))
  } catch (error) {
    await written.close().catch(() => {})
    await target.removeFile(part).catch(() => {})
    throw error
  }
}

// tar continues after a file that changed while it was read, and only its exit code reports that.
async function changedMeanwhile(
  { source, files }: PackOptions,
  left: ReadonlySet<PackedFile>,
): Promise<readonly PackedFile[]> {
  const changed: PackedFile[] = []
  const came = files.filter(file => !left.has(file))
  await eachOf(came, renamesAtOnce, async file => {
    const now = await source.info(file.from).catch(() => null)
    if (now && !sameVersion(now, file.info)) changed.push({ ...file, replace: true })
  })
  return changed
}

async function packUp(options: PackOptions, commands: Commands): Promise<readonly PackedFile[]> {
  const { target, files, signal, onDone } = options
  // A file that replaces another gets that one's mode and owner, which tar can't set.
  const fresh = files.filter(file => !file.replace)
  if (fresh.length === 0) return files
  const stage = partPathOf(stagedPath(files))
  await removeTree(target, [stage], signal).catch(() => {})
  const hasStage = await target.makeFolder(stage, 0o700).then(() => true, ignoreRefusal)
  if (!hasStage) return files
  const left = new Set(files)
  try {
    // The extracting user owns the files and the umask applies, even for root.
    const stream = await commands.start(sh`exec tar -C ${stage} -xof - --no-same-permissions`, signal)
    stream.ignoreOutput()
    const abort = () => stream.dispose()
    signal.addEventListener('abort', abort)
    const sent = await sendAll({ ...options, files: fresh }, stream)
      .catch(unlessEnded)
      .finally(() => signal.removeEventListener('abort', abort))
    const { code } = await stream.ended.catch(unlessRefused)
    if (signal.aborted) throw cancelled()
    if (code !== 0 || !sent) return files
    await eachOf(sent.entries(), renamesAtOnce, async ([name, file]) => {
      const staged = joinPath(stage, name)
      const moved = file.replace ? target.replace(staged, file.to) : target.rename(staged, file.to, { known: 'file' })
      await moved.then(
        () => {
          left.delete(file)
          onDone(file)
        },
        (error: unknown) => {
          if ((error as AppError).code === 'lost') throw error
        },
      )
    })
    return [...left]
  } finally {
    // Leftovers are deleted by the transfer when it ends.
    await removeTree(target, [stage], signal).then(
      () => options.onStageGone?.(),
      () => {},
    )
  }
}

// If tar did not run, the files are copied one by one.
function unlessRefused(error: unknown): { readonly code: null } {
  if (error instanceof AppError && error.code === 'server-refused') return { code: null }
  throw error
}

// A tar that failed accepts no more data; copying the files one by one reports why.
function unlessEnded(error: unknown): null {
  if (error instanceof AppError && error.code === 'files-failed') return null
  throw error
}

/** Sends every unchanged file; resolves to them by their names in the archive. */
async function sendAll(
  { source, files, pass, signal }: PackOptions,
  stream: { write(data: Uint8Array): Promise<void>; end(): void },
): Promise<ReadonlyMap<string, PackedFile>> {
  const sent = new Map<string, PackedFile>()
  const reads: Promise<Uint8Array | null>[] = []
  for (let index = 0; index < files.length && !signal.aborted; index++) {
    while (reads.length < files.length && reads.length < index + readsAhead)
      reads.push(readSmall(source, files[reads.length] as PackedFile))
    const file = files[index] as PackedFile
    const data = await (reads[index] as Promise<Uint8Array | null>)
    reads[index] = Promise.resolve(null)
    if (!data) continue
    const name = `f${index}`
    const { mode, mtimeMs } = file.info
    const header = tarHeader({ name, size: data.length, mode: (mode ?? 0o666) & 0o777, mtime: (mtimeMs ?? 0) / 1000 })
    await pass(data.length)
    await stream.write(Buffer.concat([header, data, tarPadding(data.length)]))
    sent.set(name, file)
  }
  await stream.write(tarEnd)
  stream.end()
  return sent
}

/** Null if the file is unreadable or has changed: it is then copied separately. */
async function readSmall(source: FileSystem, { from, info }: PackedFile): Promise<Uint8Array | null> {
  try {
    const file = await source.open(from, info.size)
    try {
      const data = await file.read(0, info.size + 1)
      return data.length === info.size && sameVersion(await file.info(), info) ? data : null
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}

// tar reads a list of names line by line, and treats backslashes in it as escapes.
function canBeListed({ from }: PackedFile): boolean {
  return !/[\n\\]/.test(from)
}

function isAsPlanned({ isFile, size, mtime }: TarEntry, { info }: PackedFile): boolean {
  return isFile && size === info.size && sameVersion({ size, mtimeMs: mtime * 1000 }, info)
}

function keyOf(name: Buffer): string {
  return name.toString('latin1').replace(/^\.?\/+/, '')
}

/**
 * The path whose part is the folder, beside the first file, for unpacking on a host; the same files give the same path.
 * The folder may be left behind if packing rejects or the program is killed.
 */
export function stagedPath(files: readonly PackedFile[]): string {
  const [first] = files as readonly [PackedFile]
  const hash = createHash('sha256').update(encodeName(first.to)).digest('hex').slice(0, 16)
  return joinPath(first.to.slice(0, first.to.lastIndexOf('/')) || '/', hash)
}
