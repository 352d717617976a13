import type { FileInfo } from '../../shared/contract/files.ts'
import { isFileFailure } from './file-errors.ts'
import type { FileChange, FileSystem, WritableFile } from './file-system.ts'

/** Ignores a refusal about a file, and rethrows everything else: a lost connection, an abort, a bug. */
export function ignoreRefusal(error: unknown): void {
  if (!isFileFailure(error)) throw error
}

/**
 * Sets as many attributes as the side allows: not every disk has modes, owners and times, and not every server sets
 * them. Attributes refused together are set one by one. Returns true if all were set. Errors: a lost connection, and
 * anything else that isn't about the file.
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
  // Changing the owner may clear mode bits, and on some disks any other change updates the time.
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

/** The permissions of a file whose group differs from the intended one. */
export function withoutGroup(mode: number): number {
  const others = mode & 0o007
  return (mode & 0o707) | ((((mode >> 3) & others) << 3) & 0o070)
}

export interface Finishing {
  readonly path: string
  readonly change: FileChange
  /**
   * The mode requested when a new file was created: the umask may have removed bits of it, and only bits that the
   * server added are removed again. Absent if `change` contains the mode.
   */
  readonly made?: number
  /** True to wait until the data is on disk. */
  readonly sync: boolean
}

/**
 * Finishes writing a file: sets its attributes as far as the side allows and closes it, in parallel. Resolves to
 * whether all were set, and the size reported by the side, or null. Errors: those of `sync` and `close`.
 */
export async function finishFile(
  files: FileSystem,
  file: WritableFile,
  { path, change: wanted, made, sync }: Finishing,
): Promise<{ readonly kept: boolean; readonly size: number | null }> {
  let kept = true
  let found = null as FileInfo | null
  // A file that its own owner may not write was created writable; its handle fixes that before the name is visible.
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
  // Some servers set attributes by name that they don't set by handle.
  if (!kept) kept = await tryChange(byName, change)
  if (made !== undefined && change.mode === undefined && !umaskGave(found?.mode ?? null, made))
    kept = (await tryChange(byName, { mode: made })) && kept
  return { kept, size: found?.size ?? null }
}

/** True if a umask can explain the mode of a new file: not every server respects the requested mode. */
export function umaskGave(found: number | null, asked: number): boolean {
  if (found === null) return true
  const now = found & 0o777
  return (now & ~asked) === 0 && (asked & ~now & 0o700) === 0
}

function unlessFatal(error: unknown): null {
  ignoreRefusal(error)
  return null
}
