import { AppError } from '../../shared/base/errors.ts'
import type { Script } from './script.ts'

let make: (text: string) => CommandLine

/**
 * A command line that sshd passes to the remote user's login shell (`shell -c line`). `exec` accepts only this type, so
 * that no caller passes a plain string: shells differ in how they quote.
 */
export class CommandLine {
  static {
    make = text => new CommandLine(text)
  }
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  get text(): string {
    return this.#text
  }
}

/**
 * Runs a script in `sh` with messages in English, whatever the remote user's login shell is. The login shell doesn't
 * interpret any of the script: all bytes except letters, digits and `_.,:=+-` are sent in octal (`\0ooo`), which
 * `printf %b` in `sh` decodes (printf(1) of POSIX). Errors: `invalid-input` for a script too long for a command line;
 * `runScript` sends such scripts over standard input.
 */
export function inSh(script: Script): CommandLine {
  // Without `exec`, which restricted shells refuse (bash(1), RESTRICTED SHELL) and PowerShell doesn't support.
  const line = `env LC_ALL=C ${decoded(script)}`
  if (line.length > maxLine)
    throw new AppError(
      'invalid-input',
      'Too many files for one command, or their names are too long. Select fewer files.',
    )
  return make(line)
}

/** True if `inSh` accepts the script. */
export function fitsLine(script: Script): boolean {
  return decoded(script).length + 64 < maxLine
}

/** Runs the script sent on standard input, in the format of `scriptBytes`. */
export const shFromInput = (): CommandLine => fixedLine`env LC_ALL=C sh -c 'eval "$(cat)"'`

/** A constant command line; it must mean the same in every shell. */
export function fixedLine(strings: TemplateStringsArray): CommandLine {
  return make(strings[0] as string)
}

/** Text that the user wrote for their own login shell, such as a snippet; `snippets/compose` has quoted its values. */
export function typedByUser(text: string): CommandLine {
  return make(text)
}

/**
 * Wraps a script as one word for a program that passes the word to a shell of its choice, as tmux does: every shell
 * reads it the same way. The locale of the session is kept.
 */
export function anyShellWord(script: Script): string {
  return decoded(script)
}

/** The bytes of a script: UTF-8, except for the bytes of names that are not valid UTF-8. */
export function scriptBytes({ text }: Script): Buffer {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text)
  return Buffer.concat(
    Array.from(text, character => {
      const code = character.codePointAt(0) ?? 0
      return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character)
    }),
  )
}

// Linux limits one argument to 128 KiB, and the whole line is one argument of the login shell.
const maxLine = 120 * 1024
// The original csh, still used by some systems, limits words to 1,024 characters.
const maxWord = 1_000

function decoded(script: Script): string {
  const words = ['']
  for (const byte of scriptBytes(script)) {
    const code = codes[byte] as string
    if ((words.at(-1) as string).length + code.length > maxWord) words.push('')
    words[words.length - 1] += code
  }
  return `sh -c 'eval "$(printf %b "$@")"' sh ${words.map(word => `'${word}'`).join(' ')}`
}

const codes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9_.,:=+-]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`
})
