/** Whose rules a command line is read by. `sh` is any POSIX shell of which no more is known, `other` a shell of its own kind. */
export type Dialect = 'sh' | 'bash' | 'zsh' | 'fish' | 'csh' | 'powershell' | 'cmd' | 'other'

/** Where in a command line a value stands. */
export type ShellPlace =
  | { readonly kind: 'bare' | 'single' | 'double' | 'comment' }
  /** `$'...'` of bash and zsh. */
  | { readonly kind: 'ansi' }
  /** In a here-document, which a line of just `end` ends; `literal` where nothing in it is expanded. */
  | { readonly kind: 'here'; readonly end: string; readonly literal: boolean }
  /** Where no quoting keeps a value from being read as code. */
  | { readonly kind: 'unsafe'; readonly where: string }

interface HereDocument {
  readonly end: string
  readonly literal: boolean
  readonly tabs: boolean
}

type Frame =
  | { readonly kind: 'top' | 'substitution' | 'parentheses' | 'single' | 'double' | 'ansi' | 'comment' | 'backticks' }
  | { readonly kind: 'parameter'; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; depth: number; readonly open: '(' | '['; readonly close: ')' | ']' }

/** The place at the end of `before`, which may begin anywhere in a script but is read from its first character. */
export function shellPlace(before: string, dialect: Dialect): ShellPlace {
  if (dialect === 'powershell') return powershellPlace(before)
  if (dialect === 'cmd')
    return { kind: (before.split('\n').at(-1) ?? '').split('"').length % 2 === 0 ? 'double' : 'bare' }
  return new Reader(before, dialect).place()
}

/** The script without its comments: a shell that people type into need not know any (zsh does not). */
export function withoutComments(script: string, dialect: Dialect): string {
  if (dialect === 'powershell' || dialect === 'cmd') return script
  const reader = new Reader(script, dialect)
  reader.place()
  return reader.comments.toReversed().reduce((text, [from, to]) => text.slice(0, from) + text.slice(to), script)
}

/**
 * Reads a script from the left and keeps what is open, by the Shell Command Language of POSIX (2.2, 2.3, 2.6, 2.7.4) and
 * by fish's manual. What it can't be sure of is `unsafe` from there on, never a guess.
 */
class Reader {
  readonly comments: (readonly [from: number, to: number])[] = []
  readonly #text: string
  readonly #dialect: Dialect
  readonly #frames: Frame[] = [{ kind: 'top' }]
  readonly #waiting: HereDocument[] = []
  #here: HereDocument | undefined
  #unsure: string | undefined
  #at = 0
  /** Where the word that is being read began; -1 between words. */
  #word = -1

  constructor(text: string, dialect: Dialect) {
    this.#text = text
    this.#dialect = dialect
  }

  place(): ShellPlace {
    while (this.#at < this.#text.length && this.#unsure === undefined) this.#step()
    // What comes next would be taken along by it.
    if (this.#at > this.#text.length) this.#unsure ??= 'right after a backslash'
    if (this.#unsure !== undefined) return { kind: 'unsafe', where: this.#unsure }
    if (this.#here) return { kind: 'here', end: this.#here.end, literal: this.#here.literal }
    const frame = this.#top
    switch (frame.kind) {
      case 'single':
      case 'double':
      case 'ansi':
      case 'comment':
        return { kind: frame.kind }
      case 'backticks':
        return { kind: 'unsafe', where: 'between backticks (write $(...) instead)' }
      case 'parameter':
        return { kind: 'unsafe', where: 'inside ${...}' }
      case 'arithmetic':
        return { kind: 'unsafe', where: 'in arithmetic' }
      default:
        return this.#barePlace()
    }
  }

  get #top(): Frame {
    return this.#frames.at(-1) as Frame
  }

  // What stands right before it would join with the quotes of a value.
  #barePlace(): ShellPlace {
    const word = this.#word < 0 ? '' : this.#text.slice(this.#word)
    if (/(^|[^\\])\$$/.test(word)) return { kind: 'unsafe', where: 'right after a $' }
    if (/^[\p{L}_][\p{L}\p{N}_]*\[[^\]]*$/u.test(word) && this.#dialect !== 'fish')
      return { kind: 'unsafe', where: 'in the subscript of an array' }
    if (/(?<!<)<<-?[ \t]*$/.test(this.#text) && this.#dialect !== 'fish') return { kind: 'unsafe', where: 'after <<' }
    return { kind: 'bare' }
  }

  #step(): void {
    if (this.#here) return this.#hereLine(this.#here)
    const frame = this.#top
    switch (frame.kind) {
      case 'single':
        return this.#single()
      case 'double':
        return this.#double()
      case 'ansi':
        return this.#until("'")
      case 'backticks':
        return this.#until('`')
      case 'comment':
        return this.#comment()
      case 'parameter':
        return this.#parameter(frame.quoted)
      case 'arithmetic':
        return this.#arithmetic(frame)
      default:
        return this.#command(frame.kind)
    }
  }

  get #char(): string {
    return this.#text.charAt(this.#at)
  }

  #next(text: string): boolean {
    return this.#text.startsWith(text, this.#at)
  }

  #open(frame: Frame, length: number): void {
    this.#frames.push(frame)
    this.#at += length
    if (frame.kind === 'substitution' || frame.kind === 'parentheses') this.#word = -1
  }

  #close(): void {
    const closed = this.#frames.pop()
    this.#at++
    // What was closed is a part of a word that goes on; the parentheses of a subshell are none.
    const ends = closed?.kind === 'parentheses' && this.#dialect !== 'fish'
    this.#word = ends ? -1 : Math.max(this.#word, this.#at - 1)
  }

  #single(): void {
    if (this.#char === '\\' && this.#dialect === 'fish') this.#at += 2
    else if (this.#char === "'") this.#close()
    else this.#at++
  }

  /** Inside `$'...'` and backticks a backslash takes the next character along. */
  #until(end: string): void {
    if (this.#char === '\\') this.#at += 2
    else if (this.#char === end) this.#close()
    else this.#at++
  }

  #double(): void {
    if (this.#char === '\\') {
      if (this.#dialect === 'csh') this.#unsure = 'after a backslash in double quotes, which csh reads in its own way'
      this.#at += 2
    } else if (this.#char === '"') this.#close()
    else if (!this.#expansion(true)) this.#at++
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at)
    const start = this.comments.at(-1)?.[0] ?? this.#at
    this.comments[this.comments.length - 1] = [start, end < 0 ? this.#text.length : end]
    this.#at = end < 0 ? this.#text.length : end
    if (end >= 0) this.#frames.pop()
  }

  /** `${...}`, `$(...)`, `$((...))`, `$[...]` and backticks; false where nothing of them begins. */
  #expansion(quoted: boolean): boolean {
    const fish = this.#dialect === 'fish'
    if (this.#char === '`' && !fish) this.#open({ kind: 'backticks' }, 1)
    else if (this.#next('$((') && !fish) this.#open({ kind: 'arithmetic', depth: 2, open: '(', close: ')' }, 3)
    else if (this.#next('$(')) this.#open({ kind: 'substitution' }, 2)
    else if (this.#next('${')) this.#open({ kind: 'parameter', quoted }, 2)
    else if (this.#next('$[') && !fish) this.#open({ kind: 'arithmetic', depth: 1, open: '[', close: ']' }, 2)
    else return false
    return true
  }

  #parameter(quoted: boolean): void {
    // What quotes mean in "${...}" depends on the operator and on the shell.
    if (quoted && /['"]/.test(this.#char)) this.#unsure = 'after quotes inside "${...}"'
    else if (this.#char === '\\') this.#at += 2
    else if (this.#char === '}') this.#close()
    else if (this.#char === "'") this.#open({ kind: 'single' }, 1)
    else if (this.#char === '"') this.#open({ kind: 'double' }, 1)
    else if (!this.#expansion(quoted)) this.#at++
  }

  #arithmetic(frame: Extract<Frame, { kind: 'arithmetic' }>): void {
    if (this.#char === '\\') this.#at += 2
    else if (this.#char === "'") this.#open({ kind: 'single' }, 1)
    else if (this.#char === '"') this.#open({ kind: 'double' }, 1)
    else if (this.#expansion(false)) return
    else if (this.#char === frame.close && --frame.depth === 0) this.#close()
    else {
      if (this.#char === frame.open) frame.depth++
      this.#at++
    }
  }

  #command(kind: 'top' | 'substitution' | 'parentheses'): void {
    const char = this.#char
    if (/[\s;|&()<>]/.test(char)) return this.#operator(kind)
    if (this.#next('\\\n')) return void (this.#at += 2)
    if (char === '#' && this.#word < 0) {
      // A flag of a pattern in zsh.
      if (this.#text.charAt(this.#at - 1) === '(') this.#unsure = 'after (#'
      this.comments.push([this.#at, this.#at])
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
    if (ansi && !known) this.#unsure = "after $'...', which not every shell reads alike"
    this.#open({ kind: ansi ? 'ansi' : 'single' }, 1)
  }

  #operator(kind: 'top' | 'substitution' | 'parentheses'): void {
    const char = this.#char
    const word = this.#word < 0 ? '' : this.#text.slice(this.#word, this.#at)
    this.#word = -1
    // The parentheses of its patterns close nothing.
    if (word === 'case' && kind !== 'top' && this.#dialect !== 'fish') this.#unsure = 'after case inside parentheses'
    if (char === ')' && kind !== 'top') return this.#close()
    if (this.#dialect !== 'fish') {
      if (this.#next('((')) return this.#open({ kind: 'arithmetic', depth: 2, open: '(', close: ')' }, 2)
      if (this.#next('<<') && !this.#next('<<<')) return this.#hereOperator()
      if (this.#next('<<<')) return void (this.#at += 3)
    }
    if (char === '(') return this.#open({ kind: 'parentheses' }, 1)
    this.#at++
    if (char === '\n') this.#here = this.#waiting.shift()
  }

  #hereOperator(): void {
    const found = /^<<(-?)[ \t]*(?:'([^'\n]*)'|"([^"\\$`\n]*)"|(\\?)([\w.!%+,:@^~-]+))(?=[\s;|&<>)])/.exec(
      this.#text.slice(this.#at),
    )
    if (!found) {
      // Its end may still follow: then the value would be a part of it.
      if (/^<<-?[ \t]*$/.test(this.#text.slice(this.#at))) this.#at = this.#text.length
      else this.#unsure = 'after << with an end that is not a plain word'
      return
    }
    const [all, dash, single, double, backslash, plain] = found
    const end = single ?? double ?? plain ?? ''
    this.#waiting.push({ end, literal: plain === undefined || backslash === '\\', tabs: dash === '-' })
    this.#at += all.length
  }

  /** Reads one line of a here-document: whether it is the last one, and what it opens. */
  #hereLine(here: HereDocument): void {
    const newline = this.#text.indexOf('\n', this.#at)
    const line = this.#text.slice(this.#at, newline < 0 ? this.#text.length : newline)
    if (!here.literal && /`|\$[({[]/.test(line.replace(/\\[\\$`]/g, '')))
      this.#unsure = 'in a here-document with $(...), ${...} or backticks'
    if (!here.literal && /(^|[^\\])(\\\\)*\\$/.test(line)) this.#unsure = 'right after a backslash in a here-document'
    this.#at = newline < 0 ? this.#text.length : newline + 1
    if (newline < 0) return
    if ((here.tabs ? line.replace(/^\t+/, '') : line) === here.end) this.#here = this.#waiting.shift()
  }
}

// about_Quoting_Rules: single and double quotes, of which typographic ones count too; the backtick escapes.
function powershellPlace(before: string): ShellPlace {
  const unsafe = (where: string): ShellPlace => ({ kind: 'unsafe', where })
  let open: 'bare' | 'single' | 'double' | 'comment' = 'bare'
  for (let at = 0; at < before.length; at++) {
    const char = before.charAt(at)
    if (open === 'comment') {
      if (char === '\n') open = 'bare'
    } else if (open === 'single') {
      if (isSingle(char)) open = 'bare'
    } else if (char === '`') {
      if (++at === before.length) return unsafe('right after a backtick')
    } else if (open === 'double') {
      if (isDouble(char)) open = 'bare'
      else if (char === '$' && before.charAt(at + 1) === '(') return unsafe('after $(...) in double quotes')
    } else if (char === '@' && /['"\u2018-\u201e]/.test(before.charAt(at + 1))) return unsafe('after a here-string')
    else if (before.startsWith('<#', at)) return unsafe('after a block comment')
    else if (char === '#' && /(^|[\s;|&(){}])$/.test(before.slice(0, at))) open = 'comment'
    else if (isSingle(char)) open = 'single'
    else if (isDouble(char)) open = 'double'
  }
  return open === 'bare' && before.endsWith('$') ? unsafe('right after a $') : { kind: open }
}

function isSingle(char: string): boolean {
  return /['\u2018-\u201b]/.test(char)
}

function isDouble(char: string): boolean {
  return /["\u201c-\u201e]/.test(char)
}
