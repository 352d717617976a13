import { sep } from 'node:path'

import { nativeImage } from 'electron/common'
import { BrowserWindow } from 'electron/main'

import { AppError } from '../../shared/base/errors.ts'
import { native } from '../files/native-path.ts'

/** Starts a system drag with local files. Errors: `name-refused` for names that the system's drag can't carry. */
export async function dragOut(paths: readonly string[]): Promise<void> {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0]
  const [first] = paths
  if (!window || first === undefined) return
  if (paths.some(path => typeof native(path) !== 'string'))
    throw new AppError(
      'name-refused',
      'A name that isn’t valid UTF-8 can’t be dragged to other apps. Rename the file first.',
    )
  const files = paths.map(path => path.replaceAll('/', sep))
  // The system refuses a drag without an icon.
  const icon = nativeImage.createFromDataURL(dot)
  window.webContents.startDrag({ file: files[0] ?? first, files, icon })
}

// An empty image of 16 by 20 pixels.
const dot =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAUCAYAAACEYr13AAAAKUlEQVR42mP4//8/AyWYYdSAUQNGDRg1YNSAUQNGDRg1YNSAUQOGkQEAVqwgKJZkLRYAAAAASUVORK5CYII='
