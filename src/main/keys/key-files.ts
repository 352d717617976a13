import { lstat, open, readdir, realpath, rm, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { writeAtomically } from '../storage/atomic-write.ts'
import { decodeText } from '../storage/decode-text.ts'
import { readRegularFile, readTextIfAny } from '../storage/regular-file.ts'
import { outlineKey, type KeyOutline } from '../ssh/key-parser.ts'
import { parsePublicLine, type PublicLine } from './public-key.ts'

/** A private key file of the .ssh folder, as far as it tells without its passphrase. */
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

/** The private keys that lie in a folder, by name. Files that are something else are passed over. */
export async function listKeyFiles(folder: string): Promise<readonly KeyFile[]> {
  const names = (await readdir(folder).catch((): string[] => [])).sort().slice(0, maxFiles)
  const found = await Promise.all(names.map(name => readKeyFile(join(folder, name)).catch(() => null)))
  return found.filter(each => each !== null)
}

/** Null for what is no private key. Throws what Node throws when it can't be read. */
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

/** Writes a file that is not there yet, mode 0600 unless told. Throws `exists`; leaves no half file. */
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

/** Puts a new text in the place of a key file in one step; its mode stays, a link stays a link. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const place = await realpath(path)
  const { mode } = await lstat(place)
  await writeAtomically(place, text, { mode: mode & 0o777 })
}

/** Takes a key file and its public half away. */
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
