import type { Dialect, ShellPlace } from './shell-dialect.ts'
import { cmdPlace, powershellPlace } from './windows-place.ts'

/**
 * Returns the script without its comments, which not every interactive shell supports (zsh doesn't). Null if it can't
 * be decided what is a comment.
 */
export function withoutComments(script: string, dialect: Dialect): string | null {
  if (dialect === 'powershell' || dialect === 'cmd') return script
  const reader = new ShellReader(dialect)
  reader.placeAfter(script)
  return reader.withoutComments()
}

interface HereDocument {
  readonly end: string
  readonly literal: boolean
  readonly tabs: boolean
}

type Frame =
  | { readonly kind: 'top' | 'single' | 'double' | 'ansi' | 'comment' | 'backticks' }
  | {
      readonly kind: 'substitution' | 'parentheses'
      readonly word: number
      readonly glued: boolean
      readonly list: boolean
    }
  | { readonly kind: 'parameter'; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; depth: number; readonly open: '(' | '['; readonly close: ')' | ']' }

/**
 * Parses a script from left to right and tracks open constructs, by the Shell Command Language of POSIX (2.2, 2.3, 2.6,
 * 2.7.4) and by fish's manual. After anything uncertain the place is `unsafe`, never a guess. More text can be added.
 */
export class ShellReader {
  readonly #dialect: Dialect
  readonly #frames: Frame[] = [{ kind: 'top' }]
  readonly #waiting: HereDocument[] = []
  readonly #comments: [from: number, to: number][] = []
  #text = ''
  #here: HereDocument | undefined
  /** The command that reads the here-documents passes them on unchanged. */
  #plainHere = false
  #unsure: string | undefined
  #at = 0
  /** The start of the current word; -1 between words. */
  #word = -1
  /** Between [[ and ]], where words may be arithmetic. */
  #inTest = false

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  /** Returns the place of a value after everything parsed so far and this text. */
  placeAfter(more: string): ShellPlace {
    this.#text += more
    if (this.#dialect === 'powershell') return powershellPlace(this.#text)
    if (this.#dialect === 'cmd') return cmdPlace(this.#text)
    while (this.#at < this.#text.length && this.#unsure === undefined) if (!this.#step()) break
    // It would swallow the next character.
    if (this.#at > this.#text.length) this.#unsure ??= 'right after a backslash'
    if (this.#unsure !== undefined) return { kind: 'unsafe', where: this.#unsure }
    return this.#here ? this.#herePlace(this.#here) : this.#framePlace()
  }

  /** Parses an inserted value. */
  add(value: string): void {
    this.#text += value
  }

  withoutComments(): string | null {
    if (this.#unsure !== undefined && this.#text.indexOf('#', this.#at) >= 0) return null
    return this.#comments.toReversed().reduce((text, [from, to]) => text.slice(0, from) + text.slice(to), this.#text)
  }

  get #posix(): boolean {
    return this.#dialect !== 'fish'
  }

  get #top(): Frame {
    return this.#frames.at(-1) as Frame
  }

  get #char(): string {
    return this.#text.charAt(this.#at)
  }

  #next(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #herePlace({ end, literal, tabs }: HereDocument): ShellPlace {
    const line = this.#text.slice(this.#at)
    if (!this.#plainHere) return { kind: 'unsafe', where: 'in a here-document for a command other than cat or tee' }
    if (!literal && /[`]|\$[({[]/.test(line.replace(/\\[\\$`]/g, '')))
      return { kind: 'unsafe', where: 'in a here-document with $(...), ${...} or backticks' }
    if (!literal && /\$\w*(?:\[[^\]]*)?$|\\$/.test(line))
      return { kind: 'unsafe', where: 'right after a $ or a backslash' }
    return { kind: 'here', end, literal, tabs, line }
  }

  // Quotes in arithmetic, in a subscript or in ${...} don't prevent their text from being interpreted as code.
  #framePlace(): ShellPlace {
    for (const frame of this.#frames.toReversed()) {
      if (frame.kind === 'backticks') return { kind: 'unsafe', where: 'between backticks (write $(...) instead)' }
      if (frame.kind === 'parameter') return { kind: 'unsafe', where: 'inside ${...}' }
      if (frame.kind === 'arithmetic') return { kind: 'unsafe', where: 'in arithmetic' }
      if (frame.kind === 'parentheses' && frame.glued)
        return { kind: 'unsafe', where: 'in the parentheses of a pattern' }
      if (frame.kind === 'substitution' || frame.kind === 'parentheses' || frame.kind === 'top') break
    }
    const { kind } = this.#top
    if (kind === 'comment') return { kind }
    const where = this.#posix ? this.#unsafeWord() : /(^|[^\\])\$$/.test(this.#wordText) ? 'right after a $' : undefined
    if (where !== undefined) return { kind: 'unsafe', where }
    return kind === 'single' || kind === 'double' || kind === 'ansi' ? { kind } : { kind: 'bare' }
  }

  get #wordText(): string {
    return this.#word < 0 ? '' : this.#text.slice(this.#word)
  }

  // Text before a value in its word or command can turn it into code, whatever its quotes.
  #unsafeWord(): string | undefined {
    const word = this.#wordText
    const bare = /^(top|substitution|parentheses)$/.test(this.#top.kind)
    if (bare && /(^|[^\\])\$$/.test(word)) return 'right after a $'
    if (
      /^[\p{L}_][\p{L}\p{N}_]*\[[^\]]*$/u.test(word) ||
      word.startsWith('[') ||
      /\$\{?[\p{L}_][\p{L}\p{N}_]*\[[^\]]*$/u.test(word)
    )
      return 'in the subscript of an array'
    const line = this.#text.slice(
      this.#text.lastIndexOf('\n', (this.#word < 0 ? this.#text.length : this.#word) - 1) + 1,
    )
    const before = this.#word < 0 ? line : line.slice(0, line.length - word.length)
    if (/>&[ \t]*$/.test(before)) return 'after >& (write > and 2>&1 instead)'
    if (/(?<!<)<<-?[ \t]*$/.test(before)) return 'after <<'
    if (this.#inTest) return 'inside [[ ]] (write [ ] instead)'
    return undefined
  }

  /** Parses one step; false if more text is needed for that. */
  #step(): boolean {
    if (this.#here) return this.#hereLine(this.#here)
    const frame = this.#top
    switch (frame.kind) {
      case 'single':
        this.#single()
        break
      case 'double':
        this.#double()
        break
      case 'ansi':
        this.#until("'")
        break
      case 'backticks':
        this.#until('`')
        break
      case 'comment':
        this.#comment()
        break
      case 'parameter':
        this.#parameter(frame.quoted)
        break
      case 'arithmetic':
        this.#arithmetic(frame)
        break
      default:
        this.#command(frame.kind)
    }
    return true
  }

  #open(frame: Frame, length: number): void {
    const nested = frame.kind === 'substitution' || frame.kind === 'parentheses'
    if (nested && this.#waiting.length > 0) this.#unsure = 'after a here-document and parentheses on one line'
    this.#frames.push(frame)
    this.#at += length
    if (nested) this.#word = -1
  }

  #close(): void {
    const closed = this.#frames.pop()
    this.#at++
    if (closed?.kind !== 'substitution' && closed?.kind !== 'parentheses') return
    if (this.#waiting.length > 0) this.#unsure = 'after a here-document and parentheses on one line'
    this.#word = closed.kind === 'substitution' || !this.#posix ? Math.max(closed.word, 0) : -1
    // Shells differ in whether the word continues here or a comment starts.
    if (this.#char === '#') this.#unsure = 'after )#'
  }

  // A csh quote ends with its line, and the next line runs whatever happened to the first.
  #cshLine(): void {
    if (this.#dialect === 'csh' && this.#char === '\n' && this.#text.charAt(this.#at - 1) !== '\\')
      this.#unsure = 'in a csh snippet of several lines (start it with #!/bin/sh)'
  }

  #single(): void {
    this.#cshLine()
    if (this.#char === '\\' && !this.#posix) this.#at += 2
    else if (this.#char === "'") this.#close()
    else this.#at++
  }

  /** Inside `$'...'` and backticks a backslash escapes the next character. */
  #until(end: string): void {
    if (this.#char === '\\') this.#at += 2
    else if (this.#char === end) this.#close()
    else this.#at++
  }

  #double(): void {
    this.#cshLine()
    if (this.#char === '\\') {
      if (this.#dialect === 'csh') this.#unsure = 'after a backslash in double quotes, which csh treats differently'
      if (this.#next('\\\n') && this.#text.charAt(this.#at - 1) === '$') this.#unsure = 'after a $ at the end of a line'
      this.#at += 2
    } else if (this.#char === '"') this.#close()
    else if (!this.#expansion(true)) this.#at++
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at)
    const comment = this.#comments.at(-1)
    this.#at = end < 0 ? this.#text.length : end
    if (comment) comment[1] = this.#at
    if (end >= 0) this.#frames.pop()
  }

  /** Parses `${...}`, `$(...)`, `$((...))`, `$[...]` and backticks; false if none of them starts here. */
  #expansion(quoted: boolean): boolean {
    const substitution: Frame = { kind: 'substitution', word: this.#word, glued: false, list: false }
    if (this.#posix && this.#dialect === 'csh' && this.#next('$(')) this.#unsure = 'after $(, which csh doesn’t support'
    if (this.#char === '`' && this.#posix) this.#open({ kind: 'backticks' }, 1)
    else if (this.#next('$((') && this.#posix) this.#open({ kind: 'arithmetic', depth: 2, open: '(', close: ')' }, 3)
    else if (this.#next('$(')) this.#open(substitution, 2)
    else if (this.#next('${')) this.#open({ kind: 'parameter', quoted }, 2)
    else if (this.#next('$[') && this.#posix) this.#unsure = 'after $['
    else return false
    return true
  }

  #parameter(quoted: boolean): void {
    // The meaning of quotes in "${...}" depends on the operator and the shell.
    if (quoted && /['"]/.test(this.#char)) this.#unsure = 'after quotes inside "${...}"'
    else if (this.#char === '\\') this.#at += 2
    else if (this.#char === '}') this.#close()
    else if (this.#char === "'") this.#open({ kind: 'single' }, 1)
    else if (this.#char === '"') this.#open({ kind: 'double' }, 1)
    else if (!this.#expansion(quoted)) this.#at++
  }

  #arithmetic(frame: Extract<Frame, { kind: 'arithmetic' }>): void {
    // Apparent arithmetic may be nested subshells with comments and here-documents.
    if (/[\n#]/.test(this.#char) || this.#next('<<')) this.#unsure = 'after (( that is not plain arithmetic'
    else if (this.#char === '\\') this.#at += 2
    else if (this.#char === "'") this.#open({ kind: 'single' }, 1)
    else if (this.#char === '"') this.#open({ kind: 'double' }, 1)
    else if (this.#expansion(false)) return
    else if (this.#char === frame.close && --frame.depth === 0) this.#close()
    else if (this.#char === frame.close && frame.depth === 1 && !this.#next('))')) this.#unsure = 'after (( without ))'
    else {
      if (this.#char === frame.open) frame.depth++
      this.#at++
    }
  }

  #command(kind: 'top' | 'substitution' | 'parentheses'): void {
    const char = this.#char
    if (/[ \t\n;|&()<>]/.test(char)) return this.#operator(kind)
    if (!this.#posix && /\s/.test(char)) this.#unsure = 'after whitespace other than a space'
    const previous = this.#text.charAt(this.#at - 1)
    if (this.#next('\\\n')) {
      // A line continuation inside an operator or word would hide what they are.
      if (!/^[ \t\n]?$/.test(previous)) this.#unsure = 'after a line continuation inside a word'
      return void (this.#at += 2)
    }
    if (char === '#' && this.#word < 0) {
      // A pattern flag in zsh; part of a word in fish.
      if (previous === '(' || (!this.#posix && !/^\s?$/.test(previous))) this.#unsure = `after ${previous}#`
      this.#comments.push([this.#at, this.#at])
      return this.#open({ kind: 'comment' }, 0)
    }
    if (this.#word < 0) this.#word = this.#at
    if (char === '\\') this.#at += 2
    else if (char === "'") this.#quote()
    else if (char === '"') this.#open({ kind: 'double' }, 1)
    else if (!this.#expansion(false)) this.#at++
  }

  #quote(): void {
    const before = this.#text.slice(this.#word, this.#at)
    const ansi = before.endsWith('$')
    const known = (this.#dialect === 'bash' || this.#dialect === 'zsh') && !/[\\$]\$$/.test(before)
    if (ansi && !known) this.#unsure = "after $'...', which shells treat differently"
    this.#open({ kind: ansi ? 'ansi' : 'single' }, 1)
  }

  #operator(kind: 'top' | 'substitution' | 'parentheses'): void {
    const char = this.#char
    const wordAt = this.#word
    const word = wordAt < 0 ? '' : this.#text.slice(wordAt, this.#at)
    this.#word = -1
    if (word === '[[' || word === ']]') this.#inTest = word === '[['
    // The parentheses of its patterns close nothing.
    if (word === 'case' && kind !== 'top' && this.#posix) this.#unsure = 'after case inside parentheses'
    if (char === ')' && kind !== 'top') return this.#close()
    const frame = this.#top
    // The list of an array contains only words.
    if (frame.kind === 'parentheses' && frame.list && /[|&;<>(]/.test(char))
      this.#unsure = 'after an array that is none'
    if (this.#posix) {
      if (this.#next('((')) return this.#open({ kind: 'arithmetic', depth: 2, open: '(', close: ')' }, 2)
      if (this.#next('<<<')) return void (this.#at += 3)
      if (this.#next('<<')) return this.#hereOperator()
    }
    if (char === '(') {
      if (this.#dialect === 'csh' && this.#next('((')) this.#unsure = 'after ((, which csh doesn’t support'
      const list = this.#posix && word.endsWith('=')
      const glued = this.#posix && word !== '' && !list
      return this.#open({ kind: 'parentheses', word: wordAt, glued, list }, 1)
    }
    this.#cshLine()
    this.#at++
    if (char !== '\n') return
    this.#here = this.#waiting.shift()
    // A command that runs it as a script would run a value in it as code.
    const line = this.#text.slice(this.#text.lastIndexOf('\n', this.#at - 2) + 1, this.#at - 1)
    this.#plainHere = /^[ \t]*(?:sudo[ \t]+)?(?:cat|tee)(?=[ \t<>])/.test(line) && !/[|;&`(]/.test(line)
  }

  #hereOperator(): void {
    const rest = this.#text.slice(this.#at)
    const found = /^<<(-?)[ \t]*(?:'([^'\n]*)'|"([^"\\$`\n]*)"|(\\?)([\w.!%+,:@^~-]+))(?=[ \t\n;|&<>)])/.exec(rest)
    const [all = '', dash, single, double, backslash, plain] = found ?? []
    const end = single ?? double ?? plain ?? ''
    if (end === '' || this.#dialect === 'csh') {
      // The delimiter may still follow: a value would then be part of it.
      if (/^<<-?[ \t]*$/.test(rest)) this.#at = this.#text.length
      else this.#unsure = 'after << with a delimiter that is not a plain word'
      return
    }
    this.#waiting.push({ end, literal: plain === undefined || backslash === '\\', tabs: dash === '-' })
    this.#at += all.length
  }

  /** Parses one whole line of a here-document: whether it is the last one, and what it opens. */
  #hereLine(here: HereDocument): boolean {
    const newline = this.#text.indexOf('\n', this.#at)
    if (newline < 0) return false
    const whole = this.#text.slice(this.#at, newline)
    const line = here.tabs ? whole.replace(/^\t+/, '') : whole
    if (!here.literal && /`|\$[({[]/.test(whole.replace(/\\[\\$`]/g, '')))
      this.#unsure = 'in a here-document with $(...), ${...} or backticks'
    if (!here.literal && (/\\*$/.exec(whole)?.[0].length ?? 0) % 2 === 1)
      this.#unsure = 'right after a backslash in a here-document'
    if (line.startsWith(here.end) && line !== here.end)
      this.#unsure = 'after a line that starts with the here-document’s delimiter'
    this.#at = newline + 1
    if (line === here.end) this.#here = this.#waiting.shift()
    return true
  }
}
