import { fileURLToPath } from 'node:url'

import { clipboard } from 'electron/main'

import { toPath } from '../files/native-path.ts'

// Electron up to version 41 returns values at once and takes the selection as an argument; newer versions return
// promises and have a property.
interface EitherClipboard {
  readText(type?: 'selection'): string | Promise<string>
  writeText(text: string, type?: 'selection'): void | Promise<void>
  readonly selection?: EitherClipboard
}

const either = clipboard as unknown as EitherClipboard

export async function readClipboard(from: 'clipboard' | 'selection'): Promise<string> {
  if (from === 'clipboard' || process.platform !== 'linux') return either.readText()
  return either.selection ? either.selection.readText() : either.readText('selection')
}

export async function writeClipboard(text: string, to: 'clipboard' | 'selection'): Promise<void> {
  if (to === 'clipboard' || process.platform !== 'linux') await either.writeText(text)
  else if (either.selection) await either.selection.writeText(text)
  else await either.writeText(text, 'selection')
}

// The names of a file list on the clipboard, by system.
const fileFormats = ['x-special/gnome-copied-files', 'text/uri-list', 'public.file-url']
const maxFiles = 10_000

/** Returns the files copied in a file manager, as paths that use `/`. */
export async function readCopiedFiles(): Promise<readonly string[]> {
  const read = (clipboard as unknown as { read(format: string): string | Promise<string> }).read
  for (const format of fileFormats) {
    try {
      const text = await read.call(clipboard, format)
      const paths = text.split(/[\r\n\0]+/).flatMap(line => {
        const url = line.trim()
        return url.startsWith('file://') ? [toPath(fileURLToPath(url))] : []
      })
      if (paths.length > 0) return paths.slice(0, maxFiles)
    } catch {
      // Not every system supports each format.
    }
  }
  return []
}
