// Everything below space but tab and newline, and DEL: ESC among them, which could end a bracketed paste.
// eslint-disable-next-line no-control-regex -- taking controls out is the point
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/** Text made safe to paste: line breaks as newline, no control characters but tab and newline. */
export function cleanPaste(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '')
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
