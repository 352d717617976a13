import type { FileInfo } from '../../shared/contract/files.ts'
import type { ReadableFile, WritableFile } from '../files/file-system.ts'
import { changed, sameFile, type CopyFileOptions } from './copy-options.ts'
import type { Version } from './part-file.ts'
import { pump } from './pump.ts'

export interface Filling {
  readonly file: ReadableFile
  readonly written: WritableFile
  readonly before: Promise<FileInfo>
  readonly chunk: number
  readonly from: number
  readonly version: Version
  /** True if the destination is a part file that a later run may resume. */
  readonly noted: boolean
}

/**
 * Copies the whole source; resolves to its attributes afterwards. Errors: `changed` if they differ from those at the
 * start.
 */
export async function fill(options: CopyFileOptions, filling: Filling): Promise<FileInfo> {
  const { file, written, before, chunk, from, version, noted } = filling
  const { signal, pass, onBytes, onPart, from: path, info } = options
  if (from > 0) onBytes(from)
  const onWhole = (offset: number) => {
    if (noted) onPart(version, offset)
  }
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
  // A file that claims to be empty but isn't, as in /proc, has no size to compare.
  if (info.size === 0 && end > 0 && after.size === 0) return { ...after, size: end }
  if (end !== info.size || !sameFile(first, after) || after.size !== info.size) throw changed(path)
  return after
}
