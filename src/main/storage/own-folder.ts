import { closeSync, constants, fchmodSync, fstatSync, lstatSync, mkdirSync, openSync, type Stats } from 'node:fs'

import { AppError } from '../../shared/base/errors.ts'

/**
 * Makes sure that a folder belongs to this user and that nobody else can enter it (mode 0700); creates it if missing. A
 * symlink is followed if both it and its target belong to this user. Errors: `disk` for another user's folder, which is
 * not changed, and if the folder can't be created or protected. Windows keeps its own permissions.
 */
export function prepareOwnFolder(path: string): void {
  const user = process.getuid?.()
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (user === undefined) return
    refuseOthers(lstatSync(path), path, user)
    // Kept open, so that the checked folder is the one that is changed.
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      const info = fstatSync(folder)
      refuseOthers(info, path, user)
      if ((info.mode & 0o077) !== 0) fchmodSync(folder, 0o700)
    } finally {
      closeSync(folder)
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const text = `Hawser can’t store its data in ${path}. Check its permissions, or set another folder with HAWSER_DATA_DIR.`
    throw new AppError('disk', text, { cause })
  }
}

function refuseOthers({ uid }: Stats, path: string, user: number): void {
  if (uid === user) return
  throw new AppError(
    'disk',
    `The folder ${path} belongs to another user, so Hawser doesn’t store its data in it. Set another folder with HAWSER_DATA_DIR.`,
  )
}
