import { lstat, open, readdir, realpath, rm, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { writeAtomically } from '../storage/atomic-write.ts'
import { decodeText } from '../storage/decode-text.ts'
import { readRegularFile, readTextIfAny } from '../storage/regular-file.ts'
import { outlineKey, type KeyOutline } from '../key-formats/key-outline.ts'
import { parsePublicLine, type PublicLine } from './public-key.ts'

/** A private key file of the .ssh folder, as far as it is readable without its passphrase. */
export interface KeyFile {
  readonly path: string
  readonly name: string
  readonly text: string
  readonly outline: KeyOutline | null
  /** The `.pub` file beside it. */
  readonly beside: PublicLine | null
  readonly problem: string | null
}

const maxBytes = 65_536
const maxFiles = 500
const looksPrivate = /-----BEGIN [A-Z ]*PRIVATE KEY-----|^PuTTY-User-Key-File-[23]: /m

/** Lists the private keys in a folder by name. Other files are skipped. */
export async function listKeyFiles(folder: string): Promise<readonly KeyFile[]> {
  const names = (await readdir(folder).catch((): string[] => [])).sort().slice(0, maxFiles)
  const found = await Promise.all(names.map(name => readKeyFile(join(folder, name)).catch(() => null)))
  return found.filter(each => each !== null)
}

/** Reads a private key file; null for anything else. Errors: Node's, if it can't be read. */
export async function readKeyFile(path: string): Promise<KeyFile | null> {
  const found = await readRegularFile(path, maxBytes).catch((error: unknown) => {
    if (error instanceof AppError) return null
    throw error
  })
  if (!found) return null
  const text = decodeText(found.data)
  if (!looksPrivate.test(text)) return null
  const name = basename(path)
  const beside = parsePublicLine(await readTextIfAny(`${path}.pub`, maxBytes))
  try {
    return { path, name, text, outline: outlineKey(text, name), beside, problem: null }
  } catch (error) {
    return { path, name, text, outline: null, beside, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Writes a new file, with mode 0600 by default. Errors: `exists`; an incomplete file is deleted. */
export async function writeNewFile(path: string, text: string, mode = 0o600): Promise<void> {
  let file
  try {
    file = await open(path, 'wx', mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new AppError('exists', `${path} already exists, and Hawser never overwrites a key. Choose another name.`)
    throw new AppError('disk', `Couldn’t write ${path}. Check the permissions of its folder.`, { cause: error })
  }
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw new AppError('no-space', `Couldn’t write ${path}. Check that the disk is not full.`, { cause: error })
  } finally {
    await file.close()
  }
}

/** Replaces a key file atomically; its mode is kept, and a symlink stays a symlink. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const place = await realpath(path)
  const { mode } = await lstat(place)
  await writeAtomically(place, text, { mode: mode & 0o777 })
}

/** Deletes a key file and its public key. */
export async function removeKeyFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new AppError('not-found', `${path} was already deleted.`, { cause: error })
    throw new AppError('disk', `Couldn’t delete ${path}. Check the permissions of its folder.`, { cause: error })
  }
  await rm(`${path}.pub`, { force: true }).catch(() => {})
}
