import { isFileFailure } from '../files/file-errors.ts'
import { finishFile } from '../files/attributes.ts'
import type { WritableFile } from '../files/file-system.ts'
import { refuseWhereFull } from '../files/room.ts'
import { compare } from './compare-copy.ts'
import { finishingOf, type CopyFileOptions } from './copy-options.ts'
import { fill } from './fill-file.ts'

/**
 * True for a file that can't be replaced in its folder: no part file can be created there, or the folder is sticky and
 * the file belongs to another user. Such a file may still be writable. False if both are on one side, since it may be
 * the source itself.
 */
export function onlyInPlace({ source, target, replace, standing }: CopyFileOptions, error: unknown): boolean {
  const barred = isFileFailure(error) && error.code === 'no-permission'
  return barred && replace && standing?.kind === 'file' && source.key !== target.key
}

/**
 * Overwrites the contents of an existing file, which keeps its mode and owner. Announced first, because an interruption
 * loses the old contents. Resolves to whether its time was set. Errors: those of `copyFile`, and before anything is
 * modified `no-permission` if the file isn't writable and `no-space` if its disk is full.
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
