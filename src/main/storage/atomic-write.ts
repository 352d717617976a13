import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'

const tempMark = '.hawser-tmp-'

// A write takes a moment: older files were left behind by a killed program.
const orphanMs = 60_000

export interface AtomicWrite {
  /** The permissions of the new file; 0600 by default. */
  readonly mode?: number
  /** Checks the old file once more just before it is replaced. Its error is rethrown, and the old file stays. */
  readonly beforeReplacing?: () => Promise<void>
}

/**
 * Replaces a file atomically, even across kill -9 or a full disk: temporary file beside it, fsync, rename, fsync of the
 * folder. The folder is created with mode 0700; temporary files left by earlier writes of this file are deleted.
 * Errors: `disk` with the file's name.
 */
export async function writeAtomically(
  path: string,
  data: string | Uint8Array,
  { mode = 0o600, beforeReplacing }: AtomicWrite = {},
): Promise<void> {
  const temp = `${path}${tempMark}${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await sweepBeside(path)
    const file = await open(temp, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)
    try {
      if (mode !== 0o600) await file.chmod(mode)
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await beforeReplacing?.()
    await rename(temp, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {})
    throw error instanceof AppError ? error : diskError(path, error)
  }
}

/**
 * Appends to a file in a single write that concurrent appends can't overwrite (O_APPEND), as ssh does; creates it with
 * mode 0600, its folder with 0700. Errors: `disk` with the file's name.
 */
export async function appendToFile(path: string, data: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, constants.O_CREAT | constants.O_APPEND | constants.O_WRONLY, 0o600)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskError(path, error)
  }
}

/** Copies a file atomically; does nothing if it doesn't exist. */
export async function keepCopy(path: string, copy: string): Promise<void> {
  const temp = `${copy}${tempMark}${randomBytes(6).toString('hex')}`
  try {
    await copyFile(path, temp)
    await rename(temp, copy)
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {})
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(copy, error)
  }
}

/** Deletes temporary files that a killed process left in a folder. Call this on start, before anything is written. */
export async function sweepOrphans(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const orphans = names.filter(name => name.includes(tempMark))
  await Promise.all(orphans.map(name => rm(join(folder, name), { force: true }).catch(() => {})))
}

/** Deletes this user's temporary files from earlier writes of one file, in a folder that is not Hawser's own. */
async function sweepBeside(path: string): Promise<void> {
  const start = basename(path) + tempMark
  const names = await readdir(dirname(path))
  const orphans = names.filter(name => name.startsWith(start) && /^[0-9a-f]{12}$/.test(name.slice(start.length)))
  for (const name of orphans) {
    const orphan = join(dirname(path), name)
    const info = await lstat(orphan).catch(() => null)
    const isOurs = info?.isFile() === true && (process.getuid === undefined || info.uid === process.getuid())
    if (isOurs && Date.now() - info.mtimeMs > orphanMs) await rm(orphan, { force: true }).catch(() => {})
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows can't open a folder; its rename is durable enough.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function diskError(path: string, error: unknown): AppError {
  const { code } = error as NodeJS.ErrnoException
  const name = basename(path)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('disk', `The disk is full: ${name} was not saved. Free some space and try again.`, {
      cause: error,
    })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new AppError('disk', `Permission denied for ${path}. Check the permissions of its folder.`, { cause: error })
  return new AppError('disk', `${name} could not be saved (${code ?? 'unknown error'}).`, { cause: error })
}
