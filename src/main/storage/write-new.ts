import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'

const mostNames = 1_000

/**
 * Writes a text, readable by this user only, under a free name in a folder, never overwriting anything; resolves to the
 * path. Errors: `disk` with the next step; an incomplete file is deleted.
 */
export async function writeNew(
  folder: string,
  name: string,
  { ending, text }: { readonly ending: string; readonly text: string },
): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(folder, `${name}${number === 1 ? '' : ` ${number}`}${ending}`)
    try {
      const file = await open(path, 'wx', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } catch (error) {
        await rm(path, { force: true }).catch(() => {})
        throw error
      } finally {
        await file.close()
      }
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && number < mostNames) continue
      throw new AppError('disk', `Couldn’t write ${path}. Choose another folder.`, { cause: error })
    }
  }
}
