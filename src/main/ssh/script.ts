import { AppError } from '../../shared/base/errors.ts'
import { ShellReader } from '../../shared/base/shell-place.ts'

/** A value in a script: a word, a number, a list of words, or a script that stands there as it is. */
export type ScriptValue = string | number | readonly string[] | Script

let make: (text: string) => Script

/** A script for `sh` that nothing but the template `sh` makes, so that no value gets into one unquoted. */
export class Script {
  static {
    make = text => new Script(text)
  }
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** The script itself. A byte of a name that isn't UTF-8 stands in it as a lone surrogate (see `sftp/byte-names`). */
  get text(): string {
    return this.#text
  }
}

/**
 * A script for a POSIX shell: `` sh`rm -f -- ${path}` ``. Each value is one word of it, or one word per item of a list,
 * whatever its characters (Shell Command Language of POSIX, 2.2.2). Throws `invalid-input` for a value with a NUL, which
 * no program can be given, and an Error, a bug of the caller, for a value within quotes or in a here-document.
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
    if (reader.placeAfter('').kind !== 'bare')
      throw new Error(`A value is inside quotes, after: ${text.slice(-60)}`)
    // A quoted word of any length leaves the reader where a letter does.
    reader.add('x')
    text += (Array.isArray(value) ? (value as readonly string[]) : [value as string | number]).map(quoted).join(' ')
  })
  return make(text)
}

/** Scripts with `separator` between them, such as ` && `. */
export function joined(scripts: readonly Script[], separator: ' && ' | ' || ' | '\n'): Script {
  return make(scripts.map(({ text }) => text).join(separator))
}

const batchBytes = 96 * 1024

/**
 * Words in lists of at most 96 KiB each: one program can be given less than 128 KiB in one argument and, on the
 * smallest systems, little more in all of them. A word that is longer is a list of its own.
 */
export function inBatches(words: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = []
  let room = 0
  for (const word of words) {
    // A word ends with a NUL and has a pointer to it.
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
