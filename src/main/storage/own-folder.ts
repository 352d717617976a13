import { closeSync, constants, fchmodSync, fstatSync, lstatSync, mkdirSync, openSync, type Stats } from 'node:fs'

import { AppError } from '../../shared/base/errors.ts'

/**
 * Makes sure that a folder is this user's own and that nobody else may enter it (mode 0700); makes it where it is missing.
 * A link is followed when it and the folder that it leads to are this user's. Throws `disk` for somebody else's folder,
 * which stays as it is, and where it can't be made or closed to others. Windows keeps its own permissions.
 */
export function prepareOwnFolder(path: string): void {
  const user = process.getuid?.()
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (user === undefined) return
    refuseOthers(lstatSync(path), path, user)
    // Held open: what is looked at is what is changed.
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
