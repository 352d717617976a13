// Everything below space but tab and newline, and DEL: ESC among them, which could end a bracketed paste.
// eslint-disable-next-line no-control-regex -- taking controls out is the point
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text made safe to paste: line breaks as newline, no control characters but tab and newline. */
export function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '')
}

/**
 * What of a cleaned text is pasted. Where nothing on the far side takes a paste as one, a single line comes without its
 * line break, which would run it before it could be read.
 */
export function asPasted(cleaned: string, bracketed: boolean): string {
  const end = cleaned.indexOf('\n')
  return bracketed || end < 0 || cleaned.slice(end).trim() !== '' ? cleaned : cleaned.slice(0, end)
}

/** True when pasting would run lines at once: several lines, and nothing on the far side that takes a paste as one. */
export function needsConfirmation(cleaned: string, bracketed: boolean): boolean {
  return !bracketed && cleaned.trimEnd().includes('\n')
}

/**
 * A command as it goes over the keyboard: several lines as one bracketed paste where the far side takes one, else a line
 * after the other. A tab would ask a shell to complete, so it is a paste too, or spaces.
 */
export function asTyped(cleaned: string, bracketed: boolean): string {
  if (!/[\n\t]/.test(cleaned)) return cleaned
  return bracketed ? `\x1b[200~${cleaned}\x1b[201~` : cleaned.replaceAll('\t', '    ').replaceAll('\n', '\r')
}

/**
 * Code as a console takes it line by line: moved to the left margin, and where the far side takes no paste as one
 * without the blank lines that would end a block of Python's, with one where a block ends. A text with strings or
 * here-documents over several lines stays as it is.
 */
export function forConsole(code: string, bracketed: boolean): string {
  const lines = code.replace(/\n+$/, '').split('\n')
  const margin = Math.min(
    ...lines.filter(line => line.trim() !== '').map(line => /^[ \t]*/.exec(line)?.[0].length ?? 0),
  )
  const moved = Number.isFinite(margin) ? lines.map(line => line.slice(margin)) : lines
  if (bracketed || moved.length === 1 || /"""|\'\'\'|<</.test(code)) return moved.join('\n')
  const full = moved.filter(line => line.trim() !== '')
  const typed = full.flatMap((line, index) => {
    const next = full[index + 1]
    const ends =
      /^\s/.test(line) && (next === undefined || !/^(?:\s|(?:elif|else|except|finally|case)\b|[)\]}])/.test(next))
    return ends ? [line, ''] : [line]
  })
  return typed.join('\n')
}
