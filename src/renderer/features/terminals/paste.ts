// All control characters but tab and newline. One of them is ESC, which could end a bracketed paste.
// eslint-disable-next-line no-control-regex -- removing controls is the point
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text made safe to paste: line breaks as newline, no control characters but tab and newline. */
export function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '')
}

/**
 * The part of a cleaned text to paste. Without bracketed paste a single line loses its line break, which would run it
 * before it could be read.
 */
export function asPasted(cleaned: string, bracketed: boolean): string {
  const end = cleaned.indexOf('\n')
  return bracketed || end < 0 || cleaned.slice(end).trim() !== '' ? cleaned : cleaned.slice(0, end)
}

/** True if pasting would run lines immediately: several lines, and no bracketed paste. */
export function needsConfirmation(cleaned: string, bracketed: boolean): boolean {
  return !bracketed && cleaned.trimEnd().includes('\n')
}

/**
 * A command as keyboard input: several lines as one bracketed paste if the shell supports that, else line by line. A tab
 * would trigger completion, so it is pasted too, or replaced by spaces.
 */
export function asTyped(cleaned: string, bracketed: boolean): string {
  if (!/[\n\t]/.test(cleaned)) return cleaned
  return bracketed ? `\x1b[200~${cleaned}\x1b[201~` : cleaned.replaceAll('\t', '    ').replaceAll('\n', '\r')
}

/**
 * Code for a console that reads line by line: moved to the left margin, and without bracketed paste also without blank
 * lines, which would end a Python block, but with one at the end of each block. Text with multi-line strings or
 * here-documents is not changed.
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
