import { AppError } from '../../shared/base/errors.ts'
import type { Script } from './script.ts'

let make: (text: string) => CommandLine

/**
 * A command line as sshd hands it to the login shell of the remote user (`shell -c line`). `exec` takes nothing else, so
 * that nobody passes it a plain string: each shell has quotes of its own.
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
 * Runs a script in `sh`, with messages in English, whatever the login shell of the remote user is. No byte of the script
 * is read by that shell: all but letters, digits and `_.,:=+-` goes in octal (`\0ooo`), which `printf %b` of `sh` decodes
 * (printf(1) of POSIX). Throws `invalid-input` for a script that is too long for a command line; `runScript` sends such a
 * script by standard input.
 */
export function inSh(script: Script): CommandLine {
  // Without `exec`, which restricted shells refuse (bash(1), RESTRICTED SHELL) and PowerShell doesn't know.
  const line = `env LC_ALL=C ${decoded(script)}`
  if (line.length > mostLine)
    throw new AppError('invalid-input', 'Too many files for one command, or their names are too long. Select fewer files.')
  return make(line)
}

/** True when `inSh` takes the script. */
export function fitsLine(script: Script): boolean {
  return decoded(script).length + 64 < mostLine
}

/** Runs the script that comes on standard input, as `scriptBytes` has it. */
export const shFromInput = (): CommandLine => fixedLine`env LC_ALL=C sh -c 'eval "$(cat)"'`

/** A command line that never varies; it must mean the same to every shell. */
export function fixedLine(strings: TemplateStringsArray): CommandLine {
  return make(strings[0] as string)
}

/** A text that the user wrote for their own login shell, such as a snippet; its values are quoted by `snippets/compose`. */
export function typedByUser(text: string): CommandLine {
  return make(text)
}

/**
 * A script as one word for a program that hands the word to a shell of its own choice, as tmux does: any shell reads it
 * alike. It keeps the language of the session.
 */
export function anyShellWord(script: Script): string {
  return decoded(script)
}

/** The bytes of a script: UTF-8, and where a name holds a byte that isn't, that byte. */
export function scriptBytes({ text }: Script): Buffer {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text)
  return Buffer.concat(
    Array.from(text, character => {
      const code = character.codePointAt(0) ?? 0
      return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character)
    }),
  )
}

// Linux takes 128 KiB as one argument, and the whole line is one argument of the login shell.
const mostLine = 120 * 1024
// The first csh, which some systems still have, takes words of up to 1,024 characters.
const longestWord = 1_000

function decoded(script: Script): string {
  const words = ['']
  for (const byte of scriptBytes(script)) {
    const code = codes[byte] as string
    if ((words.at(-1) as string).length + code.length > longestWord) words.push('')
    words[words.length - 1] += code
  }
  return `sh -c 'eval "$(printf %b "$@")"' sh ${words.map(word => `'${word}'`).join(' ')}`
}

const codes = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9_.,:=+-]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`
})
