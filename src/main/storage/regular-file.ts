import { constants } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'

import { AppError } from '../../shared/base/errors.ts'
import { isUnsafeOnWindows } from '../../shared/base/local-file-path.ts'

const pieceBytes = 65_536

export interface RegularFile {
  readonly data: Buffer
  /** The modification time, in milliseconds since 1970. */
  readonly mtimeMs: number
}

/**
 * Reads a whole file at an untrusted path: an import, a config, a pasted command. Only regular files are opened: a FIFO
 * would block a thread forever, a device may have side effects, and Windows signs in to the computer of a UNC path.
 * Errors: `invalid-input` for those and for more than `maxBytes`, and Node's for an unreadable file.
 */
export async function readRegularFile(
  path: string,
  maxBytes: number,
  platform: NodeJS.Platform = process.platform,
): Promise<RegularFile> {
  if (platform === 'win32' && isUnsafeOnWindows(path))
    throw new AppError(
      'invalid-input',
      `${path} is not on this computer, so it was not opened. Copy the file to this computer first.`,
    )
  refuseOthers(path, await stat(path))
  // If a FIFO has replaced it in the meantime, opening doesn't wait for a writer.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
  try {
    const info = await file.stat()
    refuseOthers(path, info)
    if (info.size > maxBytes) throw new AppError('invalid-input', `${path} is too large.`)
    return { data: await readAtMost(file, { path, maxBytes }), mtimeMs: info.mtimeMs }
  } finally {
    await file.close()
  }
}

/** Returns the text of a regular file; empty if it can't be read or is something else. */
export async function readTextIfAny(path: string, maxBytes: number): Promise<string> {
  return readRegularFile(path, maxBytes).then(
    ({ data }) => data.toString('utf8'),
    () => '',
  )
}

function refuseOthers(path: string, info: { isFile(): boolean }): void {
  if (!info.isFile()) throw new AppError('invalid-input', `${path} is not a regular file.`)
}

/** Files in /proc report their size as 0, and some never end. */
async function readAtMost(
  file: FileHandle,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let total = 0; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null)
    if (bytesRead === 0) return Buffer.concat(pieces)
    total += bytesRead
    if (total > maxBytes) throw new AppError('invalid-input', `${path} is too large.`)
    pieces.push(buffer.subarray(0, bytesRead))
  }
}
