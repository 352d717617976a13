import { AppError } from '../../shared/base/errors.ts'
import { ShellReader } from '../../shared/base/shell-place.ts'

/** A value in a script: a word, a number, a list of words, or a script that is inserted unchanged. */
export type ScriptValue = string | number | readonly string[] | Script

let make: (text: string) => Script

/** A script for `sh` that only the `sh` template can create, so that no value gets into it unquoted. */
export class Script {
  static {
    make = text => new Script(text)
  }
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /**
   * The text of the script. Bytes of names that aren't valid UTF-8 are lone surrogates in it (see `sftp/byte-names`).
   */
  get text(): string {
    return this.#text
  }
}

/**
 * Creates a script for a POSIX shell: `` sh`rm -f -- ${path}` ``. Each value becomes one word, or one word per item of
 * a list, whatever its characters (Shell Command Language of POSIX, 2.2.2). Errors: `invalid-input` for a value with a
 * NUL, which no program can receive, and a plain Error, a bug of the caller, for a value inside quotes or a
 * here-document.
 */
export function sh(strings: TemplateStringsArray, ...values: readonly ScriptValue[]): Script {
  const reader = new ShellReader('sh')
  let text = ''
  strings.forEach((string, index) => {
    reader.add(string)
    text += string
    const value = values[index]
    if (value === undefined) return
    if (value instanceof Script) {
      reader.add(value.text)
      text += value.text
      return
    }
    if (reader.placeAfter('').kind !== 'bare') throw new Error(`A value is inside quotes, after: ${text.slice(-60)}`)
    // A quoted word of any length leaves the reader in the same state as a letter.
    reader.add('x')
    text += (Array.isArray(value) ? (value as readonly string[]) : [value as string | number]).map(quoted).join(' ')
  })
  return make(text)
}

/** Joins scripts with `separator`, such as ` && `. */
export function joined(scripts: readonly Script[], separator: ' && ' | ' || ' | '\n'): Script {
  return make(scripts.map(({ text }) => text).join(separator))
}

const batchBytes = 96 * 1024

/**
 * Splits words into lists of at most 96 KiB: one argument is limited to less than 128 KiB and, on the smallest systems,
 * all arguments together to little more. A longer word gets a list of its own.
 */
export function inBatches(words: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = []
  let room = 0
  for (const word of words) {
    // Each word has a terminating NUL and a pointer.
    const bytes = Buffer.byteLength(word) + 9
    if (bytes > room) {
      batches.push([])
      room = batchBytes
    }
    batches.at(-1)?.push(word)
    room -= bytes
  }
  return batches
}

function quoted(word: string | number): string {
  const text = String(word)
  if (text.includes('\0')) throw new AppError('invalid-input', 'A name can’t contain a NUL character.')
  return /^[A-Za-z0-9_./,:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
