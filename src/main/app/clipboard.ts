import { clipboard } from 'electron/main'

// Electron up to 4x answers at once and takes the selection as an argument; newer ones promise and have a property.
interface EitherClipboard {
  readText(type?: 'selection'): string | Promise<string>
  writeText(text: string): void | Promise<void>
  readonly selection?: EitherClipboard
}

const either = clipboard as unknown as EitherClipboard

export async function readClipboard(from: 'clipboard' | 'selection'): Promise<string> {
  if (from === 'clipboard' || process.platform !== 'linux') return either.readText()
  return either.selection ? either.selection.readText() : either.readText('selection')
}

export async function writeClipboard(text: string): Promise<void> {
  await either.writeText(text)
}
