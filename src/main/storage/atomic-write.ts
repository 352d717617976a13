import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'

const tempMark = '.hawser-tmp-'

/**
 * Replaces a file whole or not at all, also under kill -9 or a full disk: temp file beside it, fsync, rename, fsync of
 * the folder. Mode 0600, the folder is made with 0700. Throws `disk` with the file's name.
 */
export async function writeAtomically(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const temp = `${path}${tempMark}${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(temp, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)
    try {
      if (mode !== 0o600) await file.chmod(mode)
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temp, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {})
    throw diskError(path, error)
  }
}

/** Copies a file atomically; does nothing when there is none. */
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

/** Removes temp files that a killed process left in a folder. Call it at start, before anything is written. */
export async function sweepOrphans(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const orphans = names.filter(name => name.includes(tempMark))
  await Promise.all(orphans.map(name => rm(join(folder, name), { force: true }).catch(() => {})))
}

async function syncFolder(folder: string): Promise<void> {
  // Windows can't open a folder; its rename is durable enough there.
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
    return new AppError('disk', `Hawser may not write ${path}. Check the folder's permissions.`, { cause: error })
  return new AppError('disk', `${name} could not be saved (${code ?? 'unknown error'}).`, { cause: error })
}
