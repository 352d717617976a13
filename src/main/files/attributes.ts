import { isFileFailure } from './file-errors.ts'
import type { FileChange, FileSystem, WritableFile } from './file-system.ts'

/** Lets a refusal pass, whatever its reason, and throws what ends the work: a lost link, an abort, a bug. */
export function ignoreRefusal(error: unknown): void {
  if (!isFileFailure(error)) throw error
}

/**
 * Sets attributes as far as the side lets it: not every disk has modes, owners and times, and not every server sets
 * them. What is refused together is asked for one by one. Answers true when all of it was set. Errors: a lost link, and
 * what else is no answer about the file.
 */
export async function tryChange(
  side: { change(change: FileChange): Promise<void> },
  wanted: FileChange,
): Promise<boolean> {
  const accepted = (change: FileChange) =>
    side.change(change).then(
      () => true,
      (error: unknown) => (ignoreRefusal(error), false),
    )
  const { size, owner, mode, mtimeMs } = wanted
  // A change of owner may take bits of the mode away, and a change of anything else sets the time anew on some disks.
  const single: readonly FileChange[] = [
    ...(size === undefined ? [] : [{ size }]),
    ...(owner === undefined ? [] : [{ owner }]),
    ...(mode === undefined ? [] : [{ mode }]),
    ...(mtimeMs === undefined ? [] : [{ mtimeMs }]),
  ]
  if (single.length === 0 || (await accepted(wanted))) return true
  if (single.length === 1) return false
  let all = true
  for (const each of single) all = (await accepted(each)) && all
  return all
}

export interface Finishing {
  readonly path: string
  readonly change: FileChange
  /** True to wait until the disk has it. */
  readonly sync: boolean
}

/**
 * Ends the writing of a file: sets its attributes as far as the side lets it and closes it, asked for at once. Answers
 * whether all was set, and the size that the side gives the file, null where it gives none. Errors: those of `sync` and
 * `close`.
 */
export async function finishFile(
  files: FileSystem,
  file: WritableFile,
  { path, change, sync }: Finishing,
): Promise<{ readonly kept: boolean; readonly size: number | null }> {
  let [kept, size]: [boolean, number | null] = [true, null]
  const work = [
    file.change(change).catch((error: unknown) => (ignoreRefusal(error), (kept = false))),
    file.info().then(info => (size = info.size), ignoreRefusal),
    ...(sync ? [file.sync()] : []),
    file.close(),
  ]
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected')
  if (failed) throw failed.reason
  // Some servers set by name what they don't set by handle.
  if (!kept) kept = await tryChange({ change: each => files.change(path, each) }, change)
  return { kept, size }
}
