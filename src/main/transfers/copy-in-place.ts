import { isFileFailure } from '../files/file-errors.ts'
import { finishFile } from '../files/attributes.ts'
import type { WritableFile } from '../files/file-system.ts'
import { refuseWhereFull } from '../files/room.ts'
import { compare } from './compare-copy.ts'
import { finishingOf, type CopyFileOptions } from './copy-options.ts'
import { fill } from './fill-file.ts'

/**
 * True for a file that its folder lets nobody replace: no part file can be made in it, or the folder is sticky and the
 * file another user's. Such a file can still be written to. Not where both are on one side: it may be the source itself.
 */
export function onlyInPlace({ source, target, replace, standing }: CopyFileOptions, error: unknown): boolean {
  const barred = isFileFailure(error) && error.code === 'no-permission'
  return barred && replace && standing?.kind === 'file' && source.key !== target.key
}

/**
 * Writes the contents of a file over those of the one that stands there, which keeps its mode and owner. Says so first:
 * where it breaks off, the old contents are gone. Answers whether it got its time. Errors: those of `copyFile`, and
 * `no-permission` before anything is touched where the file can't be written to either, `no-space` where its disk is full.
 */
export async function copyInPlace(options: CopyFileOptions): Promise<boolean> {
  const { source, target, from, to, info, verify, standing, onInPlace } = options
  const chunk = Math.min(source.pace.chunk, target.pace.chunk)
  const file = await source.open(from, info.size)
  let written: WritableFile | undefined
  try {
    const before = file.info()
    before.catch(() => {})
    await (await target.create(to, { how: 'keep', size: info.size })).close()
    await refuseWhereFull(target, to, { size: info.size, standing: standing?.size ?? 0 })
    onInPlace?.(to)
    written = await target.create(to, { how: 'truncate', size: info.size })
    const after = await fill(options, { file, written, before, chunk, from: 0, version: info, noted: false })
    const keepsRights = { create: undefined, made: undefined, change: {} }
    const { kept } = await finishFile(target, written, { path: to, ...finishingOf(keepsRights, after) })
    if (verify) await compare(options, to)
    return kept
  } finally {
    void written?.close().catch(() => {})
    void file.close().catch(() => {})
  }
}
