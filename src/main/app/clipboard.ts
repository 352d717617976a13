import { fileURLToPath } from 'node:url'

import { clipboard } from 'electron/main'

import { toPath } from '../files/native-path.ts'

// Electron up to 4x answers at once and takes the selection as an argument; newer ones promise and have a property.
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

// How the systems name a list of files on the clipboard.
const fileFormats = ['x-special/gnome-copied-files', 'text/uri-list', 'public.file-url']
const mostFiles = 10_000

/** The files that were copied elsewhere, as paths with `/`. */
export async function readCopiedFiles(): Promise<readonly string[]> {
  const read = (clipboard as unknown as { read(format: string): string | Promise<string> }).read
  for (const format of fileFormats) {
    try {
      const text = await read.call(clipboard, format)
      const paths = text.split(/[\r\n\0]+/).flatMap(line => {
        const url = line.trim()
        return url.startsWith('file://') ? [toPath(fileURLToPath(url))] : []
      })
      if (paths.length > 0) return paths.slice(0, mostFiles)
    } catch {
      // Not every system knows each of them.
    }
  }
  return []
}
