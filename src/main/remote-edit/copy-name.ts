import { shownName } from '../../shared/base/shown-name.ts'
import { localName } from '../transfers/transfer-plan.ts'

// File systems hold 255 bytes (Windows: 255 letters); editors add endings of their own to it.
const mostBytes = 200

// An editor's command may hand the name to a shell, and cmd.exe reads some of these even between quotation marks.
const special = /["'`%!^&|<>$;(){}[\]*?#~\\]/g

/** The name of a remote file's local copy: one that this platform can hold, with the same ending. */
export function copyName(name: string, platform: NodeJS.Platform): string {
  const shown = shownName(name).replaceAll('/', '_')
  const safe = localName(shown.replace(special, '_'), platform).replace(special, '_')
  const short = shorten(safe)
  return short === '' || short === '.' || short === '..' ? 'file' : short
}

function shorten(name: string): string {
  if (Buffer.byteLength(name) <= mostBytes) return name
  const ending = /\.[^.\s]{1,16}$/u.exec(name)?.[0] ?? ''
  let stem = ''
  for (const letter of name.slice(0, name.length - ending.length)) {
    if (Buffer.byteLength(stem + letter + ending) > mostBytes) break
    stem += letter
  }
  return stem + ending
}
