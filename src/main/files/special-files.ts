import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileSystem } from './file-system.ts'

/**
 * Throws `unsupported` for a pipe, a socket or a device, and for a link to one. Opening a pipe waits until something writes
 * to it: OpenSSH's SFTP server answers no other request meanwhile, and this computer has few threads for files.
 */
export async function refuseSpecial(files: FileSystem, path: string): Promise<void> {
  const info = await files.info(path, { follow: true })
  if (info?.kind !== 'special') return
  const text = `${shortName(nameOf(path))} on ${files.label} is a pipe, a socket or a device, which can’t be read as a file.`
  throw new AppError('unsupported', text)
}
