import { shownName } from '../../shared/base/shown-name.ts'
import { localName } from '../transfers/transfer-plan.ts'

// File systems limit names to 255 bytes (Windows: 255 characters); editors append their own suffixes.
const maxBytes = 200

// An editor command may pass the name to a shell, and cmd.exe interprets some of these even inside quotation marks.
const special = /["'`%!^&|<>$;(){}[\]*?#~\\]/g

/** Returns the name of a remote file's local copy: valid on this platform, with the same extension. */
export function copyName(name: string, platform: NodeJS.Platform): string {
  const shown = shownName(name).replaceAll('/', '_')
  const safe = localName(shown.replace(special, '_'), platform).replace(special, '_')
  const short = shorten(safe)
  return short === '' || short === '.' || short === '..' ? 'file' : short
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name
  const ending = /\.[^.\s]{1,16}$/u.exec(name)?.[0] ?? ''
  let stem = ''
  for (const letter of name.slice(0, name.length - ending.length)) {
    if (Buffer.byteLength(stem + letter + ending) > maxBytes) break
    stem += letter
  }
  return stem + ending
}
