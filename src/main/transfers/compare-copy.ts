import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import { checksum } from '../files/far-tools.ts'
import type { CopyFileOptions } from './copy-options.ts'

/** Compares the checksums of the source and of `copy`. Errors: `changed` if they differ. */
export async function compare({ source, target, from, signal }: CopyFileOptions, copy: string): Promise<void> {
  const [ours, theirs] = await Promise.all([
    checksum(source, { path: from, kind: 'sha256' }, signal),
    checksum(target, { path: copy, kind: 'sha256' }, signal),
  ])
  if (ours === theirs) return
  throw new AppError('changed', `The copy of ${shortName(nameOf(from))} differs from the original. Copy it again.`)
}
