import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'

import { AppError } from '../../shared/base/errors.ts'
import { isUnsafeOnWindows } from '../../shared/base/local-file-path.ts'

export interface RegularFile {
  readonly data: Buffer
  /** When it was last written, in milliseconds since 1970. */
  readonly mtimeMs: number
}

/**
 * Reads a whole file at a path that came from elsewhere: an import, a config, a pasted command. Nothing but a regular file
 * is opened: a FIFO would hold a thread for good, a device may act, and Windows signs in to the computer that a UNC path
 * names. Throws `invalid-input` for those and for more than `maxBytes`, and what Node throws for a file that can't be read.
 */
export async function readRegularFile(
  path: string,
  maxBytes: number,
  platform: NodeJS.Platform = process.platform,
): Promise<RegularFile> {
  if (platform === 'win32' && isUnsafeOnWindows(path))
    throw new AppError('invalid-input', `${path} is not on this computer, so it is not opened. Copy the file here.`)
  refuseOthers(path, await stat(path))
  // Should a FIFO have taken its place in the meantime, opening doesn't wait for a writer.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
  try {
    const info = await file.stat()
    refuseOthers(path, info)
    if (info.size > maxBytes) throw new AppError('invalid-input', `${path} is too large.`)
    return { data: await file.readFile(), mtimeMs: info.mtimeMs }
  } finally {
    await file.close()
  }
}

/** The text of such a file; an empty one when it can't be read or is something else. */
export async function readTextIfAny(path: string, maxBytes: number): Promise<string> {
  return readRegularFile(path, maxBytes).then(
    ({ data }) => data.toString('utf8'),
    () => '',
  )
}

function refuseOthers(path: string, info: { isFile(): boolean }): void {
  if (!info.isFile()) throw new AppError('invalid-input', `${path} is not a regular file.`)
}
