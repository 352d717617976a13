import type { FileInfo } from '../../shared/contract/files.ts'
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

/** The permissions of a file whose group is not the one that they were meant for. */
export function withoutGroup(mode: number): number {
  const others = mode & 0o007
  return (mode & 0o707) | ((((mode >> 3) & others) << 3) & 0o070)
}

export interface Finishing {
  readonly path: string
  readonly change: FileChange
  /**
   * The mode that a new file was asked for with when it was made: its server's umask may have taken bits of it, and only
   * what the server gave beyond it is taken back. Absent where `change` says the mode.
   */
  readonly made?: number
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
  { path, change: wanted, made, sync }: Finishing,
): Promise<{ readonly kept: boolean; readonly size: number | null }> {
  let kept = true
  let found = null as FileInfo | null
  // A file that its own owner may not write was made with more than that: by its handle, before anybody sees its name.
  const change =
    made === undefined || (made & 0o600) === 0o600
      ? wanted
      : { ...wanted, mode: made & ((await file.info().catch(unlessFatal))?.mode ?? made) }
  const work = [
    (Object.keys(change).length === 0 ? Promise.resolve() : file.change(change)).catch(
      (error: unknown) => (ignoreRefusal(error), (kept = false)),
    ),
    file.info().then(info => (found = info), ignoreRefusal),
    ...(sync ? [file.sync()] : []),
    file.close(),
  ]
  const failed = (await Promise.allSettled(work)).find(each => each.status === 'rejected')
  if (failed) throw failed.reason
  const byName = { change: (each: FileChange) => files.change(path, each) }
  // Some servers set by name what they don't set by handle.
  if (!kept) kept = await tryChange(byName, change)
  if (made !== undefined && change.mode === undefined && !umaskGave(found?.mode ?? null, made))
    kept = (await tryChange(byName, { mode: made })) && kept
  return { kept, size: found?.size ?? null }
}

/** True where a umask can explain the mode that a new file has: not every server heeds the mode that one is made with. */
export function umaskGave(found: number | null, asked: number): boolean {
  if (found === null) return true
  const now = found & 0o777
  return (now & ~asked) === 0 && (asked & ~now & 0o700) === 0
}

function unlessFatal(error: unknown): null {
  ignoreRefusal(error)
  return null
}
