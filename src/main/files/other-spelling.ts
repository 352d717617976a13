import { nameOf, parentOf } from '../../shared/base/paths.ts'
import type { FileSystem } from './file-system.ts'

/**
 * True when the file found at `to` is `from` itself: the disk takes both for one name, as disks do that ignore case or
 * the composition of letters. A folder that lists both names has two files. Errors: those of `list`.
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
  // A listing that was broken off tells nothing.
  return !listed && !signal.aborted
}

function folded(path: string): string {
  return nameOf(path).normalize('NFC').toLowerCase()
}
