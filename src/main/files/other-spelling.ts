import { nameOf, parentOf } from '../../shared/base/paths.ts'
import type { FileSystem } from './file-system.ts'

/**
 * True if the file at `to` is `from` itself, because the disk ignores case or Unicode normalization. A folder that
 * lists both names contains two files. Errors: those of `list`.
 */
export async function isOtherSpelling(
  files: Pick<FileSystem, 'list'>,
  { from, to }: { from: string; to: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (from === to) return true
  if (parentOf(from) !== parentOf(to) || folded(from) !== folded(to)) return false
  let listed = false
  await files.list(parentOf(to), {
    signal,
    onEntries: entries => (listed ||= entries.some(({ name }) => name === nameOf(to))),
  })
  // An interrupted listing proves nothing.
  return !listed && !signal.aborted
}

function folded(path: string): string {
  return nameOf(path).normalize('NFC').toLowerCase()
}
