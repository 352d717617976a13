import { replaceHidden } from './hidden-text.ts'

// eslint-disable-next-line no-control-regex -- taking controls out is this file's whole job
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

// CSI and OSC sequences go whole, so that no "[31m" stays behind.
// eslint-disable-next-line no-control-regex -- see above
const escapes = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?/g

/**
 * Makes text from a server safe to show: without escape sequences, control characters or direction marks, with line
 * breaks, and at most `cap` characters long.
 */
export function cleanText(text: string, cap: number): string {
  const plain = text
    .slice(0, cap * 8)
    .replace(/\r\n?/g, '\n')
    .replace(escapes, '')
    .replace(controls, '')
  const cleaned = replaceHidden(plain, () => '')
  return cleaned.length <= cap ? cleaned : `${cleaned.slice(0, Math.max(0, cap - 1))}…`
}

/** The same on one line. */
export function cleanLine(text: string, cap: number): string {
  return cleanText(text.replace(/[\r\n\t]+/g, ' '), cap).trim()
}
