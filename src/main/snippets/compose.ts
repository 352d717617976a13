import { AppError } from '../../shared/base/errors.ts'
import { dialectOfProgram, type Dialect, type ShellPlace } from '../../shared/base/shell-dialect.ts'
import { ShellReader, withoutComments } from '../../shared/base/shell-place.ts'
import { shellValue, shellVariable, unixWord } from '../../shared/base/shell-value.ts'
import { isGiven, parseTemplate, variablesIn, type Variable } from '../../shared/base/snippet-template.ts'
import type { Given, Snippet, Values } from '../../shared/contract/snippets.ts'
import { anyShellWord } from '../ssh/command-line.ts'
import { sh } from '../ssh/script.ts'
import { markLine } from './run-mark.ts'

/** The facts about a snippet's target; null if not known. */
export interface Facts {
  readonly host: string
  readonly address: string | null
  readonly user: string | null
  readonly port: number | null
  readonly localUser: string
  readonly now: Date
}

/** The parts of a snippet that determine the command. */
export type Recipe = Pick<Snippet, 'command' | 'folder'>

/** A command for a shell, and the hidden values that it reads from its input, one per line. */
export interface Composed {
  readonly text: string
  readonly hidden: readonly string[]
}

/** The values of a snippet: every variable by its name. */
export type Filled = ReadonlyMap<string, string>

/** Returns the variables of a snippet and its folder. */
export function variablesOf({ command, folder }: Recipe): readonly Variable[] {
  return variablesIn([...parseTemplate(command), ...parseTemplate(folder)])
}

/** Returns the automatic values, as far as they are known. */
export function knownValues(facts: Facts, given: Given): Filled {
  const { host, address, user, port, localUser, now } = facts
  const pad = (number: number) => String(number).padStart(2, '0')
  const all: Readonly<Record<string, string | null>> = {
    host,
    address,
    user,
    port: port === null ? null : String(port),
    cwd: given.cwd,
    selection: given.selection,
    clipboard: given.clipboard,
    date: `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`,
    'local-user': localUser,
  }
  return new Map(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== ''))
}

/** Returns the variables to ask the user for: those without an automatic value or a given default. */
export function toAsk(recipe: Recipe, known: Filled): readonly Variable[] {
  return variablesOf(recipe).filter(each => !isGiven(each) || (!known.has(each.name) && each.fallback === null))
}

/**
 * Returns every variable with its value. Errors: `invalid-input` if one has none, or one that isn't among its choices.
 */
export function fill(recipe: Recipe, values: Values, known: Filled): Filled {
  return new Map(
    variablesOf(recipe).map(variable => {
      const { name, fallback, choices, hidden } = variable
      const said = Object.hasOwn(values, name) ? values[name] : undefined
      const value = (isGiven(variable) ? known.get(name) : undefined) ?? said ?? (hidden ? undefined : fallback)
      if (value == null) throw new AppError('invalid-input', `Enter a value for ${name}.`)
      if (choices.length > 0 && !choices.includes(value))
        throw new AppError('invalid-input', `${name} must be one of ${choices.join(', ')}.`)
      if (hidden && value.includes('\n')) throw new AppError('invalid-input', `${name} must be a single line.`)
      return [name, value]
    }),
  )
}

/** Returns the name of the shell variable for the hidden value number `index`. */
function hiddenName(index: number): string {
  return `hawser_hidden_${index + 1}`
}

interface ComposeOptions {
  readonly dialect: Dialect
  readonly typed: boolean
}

/** Fills in the values of a script, each quoted for its place. Errors: `invalid-input` if that is impossible. */
function script(command: string, filled: Filled, options: ComposeOptions & { readonly isShell: boolean }): Composed {
  const { dialect, isShell } = options
  const parts = parseTemplate(command)
  const hidden = variablesIn(parts).filter(each => each.hidden)
  if (hidden.length > 0 && !(isShell && /^(sh|bash|zsh|fish)$/.test(dialect)))
    throw new AppError(
      'invalid-input',
      'In this shell, a hidden value would be visible in the process list. Start the snippet with #!/bin/sh.',
    )
  const reader = new ShellReader(dialect)
  const unsafe: ShellPlace = { kind: 'unsafe', where: 'in a script that is not for a shell' }
  let text = ''
  for (const part of parts) {
    let piece = part.kind === 'text' ? part.text : (filled.get(part.variable.name) ?? '')
    if (part.kind === 'variable') {
      const at = hidden.findIndex(({ name }) => name === part.variable.name)
      // Hidden values must not appear in the process list, so they are never inserted unquoted, whatever the braces.
      if (at >= 0 || !part.raw) {
        const place = isShell ? reader.placeAfter('') : unsafe
        piece = at >= 0 ? shellVariable(hiddenName(at), place) : shellValue(piece, place, options)
      }
    }
    reader.add(piece)
    text += piece
  }
  const reads = hidden.map((_each, index) =>
    dialect === 'fish' ? `read ${hiddenName(index)}\n` : `IFS= read -r ${hiddenName(index)}\n`,
  )
  return { text: reads.join('') + text, hidden: hidden.map(({ name }) => filled.get(name) ?? '') }
}

/** The interpreter named in a script's first line: `#!/bin/sh`, `#!/usr/bin/env python3`. */
interface Interpreter {
  /** Its name and arguments. */
  readonly words: readonly string[]
  /** The flag before a script passed as an argument. */
  readonly flag: '-c' | '-e'
  /** Null if it isn't a shell. */
  readonly dialect: Dialect | null
}

export function interpreterOf(command: string): Interpreter | null {
  const [, line] = /^#![ \t]*(\S[^\n]*)/.exec(command) ?? []
  if (line === undefined) return null
  const words = line.trim().split(/[ \t]+/)
  const name = (words[0] ?? '').endsWith('/env')
    ? (words.slice(1).find(each => !each.startsWith('-')) ?? '')
    : (words[0] ?? '')
  const base = name.split('/').at(-1) ?? ''
  const flag = /^(perl|ruby|node|lua|Rscript)/.test(base) ? '-e' : '-c'
  return { words, flag, dialect: dialectOfProgram(base) ?? null }
}

/** Throws if a folder would reveal a hidden value. */
function checkFolder(folder: string): void {
  if (variablesIn(parseTemplate(folder)).some(each => each.hidden))
    throw new AppError('invalid-input', 'The folder can’t contain a hidden value.')
}

/** Throws `invalid-input` if a value of the snippet could not be inserted safely, in its own shell or in bash. */
export function checkPlaces({ command, folder }: Recipe): void {
  checkFolder(folder)
  const interpreter = interpreterOf(command)
  const values = new Map(variablesIn(parseTemplate(command)).map(({ name }) => [name, 'x']))
  script(command, values, {
    dialect: interpreter?.dialect ?? 'bash',
    typed: false,
    isShell: interpreter?.dialect !== null,
  })
}

/** Returns what the host's shell runs: the script itself, or its interpreter with the script. */
function inShell(recipe: Recipe, filled: Filled, options: ComposeOptions): Composed {
  const interpreter = interpreterOf(recipe.command)
  if (!interpreter) return script(recipe.command, filled, { ...options, isShell: true })
  if (options.dialect === 'powershell' || options.dialect === 'cmd')
    throw new AppError('invalid-input', 'This snippet starts with #!, so it needs a host with a Unix shell.')
  const isShell = interpreter.dialect !== null
  const composed = script(recipe.command, filled, { ...options, dialect: interpreter.dialect ?? 'sh', isShell })
  const plain = composed.text.replace(/(^|\n)#![^\n]*\n?/, '$1')
  if (options.dialect === 'other') return { text: inOtherShell(interpreter, plain), hidden: composed.hidden }
  const words = interpreter.words.map(each => (/^[\w./:=+-]+$/.test(each) ? each : unixWord(each, options)))
  const body = unixWord(plain, { ...options, typed: false })
  return { text: `${words.join(' ')} ${interpreter.flag} ${body}`, hidden: composed.hidden }
}

// Single quotes without quotes or backslashes inside mean the same in every shell.
function inOtherShell({ words, dialect }: Interpreter, text: string): string {
  if (dialect === null || dialect === 'fish' || !words.every(each => /^[\w./-]+$/.test(each)))
    throw new AppError(
      'invalid-input',
      'This host’s login shell can only run scripts that start with #!, such as #!/bin/sh.',
    )
  return `${words.join(' ')} -c 'eval "$(printf %s ${Buffer.from(text).toString('base64')} | base64 -d)"'`
}

/** Returns the text shown before a run: the script with its values, as in a POSIX shell. */
export function composeShown(recipe: Recipe, filled: Filled): string {
  const interpreter = interpreterOf(recipe.command)
  const options = { dialect: interpreter?.dialect ?? 'bash', typed: false } as const
  const { text } = script(recipe.command, filled, { ...options, isShell: interpreter?.dialect !== null })
  return recipe.folder.trim() === '' ? text : `cd ${folderWord(recipe.folder, filled, options)}\n${text}`
}

/** Returns the folder as a word: a leading ~ is the remote home directory. */
function folderWord(folder: string, filled: Filled, options: ComposeOptions): string {
  checkFolder(folder)
  if (options.dialect === 'other')
    throw new AppError(
      'invalid-input',
      'This host’s login shell doesn’t support a folder for snippets. Use cd in the script instead.',
    )
  const path = parseTemplate(folder)
    .map(part => (part.kind === 'text' ? part.text : (filled.get(part.variable.name) ?? '')))
    .join('')
    .trim()
  const quoted = (text: string) => shellValue(text, { kind: 'bare' }, options)
  if (path === '~') return '~'
  const unix = options.dialect !== 'powershell' && options.dialect !== 'cmd'
  if (unix && path.startsWith('~/')) return path.length === 2 ? '~' : `~/${quoted(path.slice(2))}`
  return quoted(path)
}

const simpleLine = /^[^\n;&|]*$/

/**
 * Returns the text to type into a terminal, without the Enter that runs it. It changes to the folder first, and does
 * nothing if the folder doesn't exist. Comments are removed: not every interactive shell supports them.
 */
export function composeTyped(recipe: Recipe, filled: Filled, dialect: Dialect): string {
  const options = { dialect, typed: true }
  if (variablesOf(recipe).some(each => each.hidden))
    throw new AppError(
      'invalid-input',
      'A hidden value would be visible in the terminal. Run this snippet in the background.',
    )
  const whole = inShell(recipe, filled, options).text
  const bare = interpreterOf(recipe.command) ? whole : withoutComments(whole, dialect)
  if (bare === null)
    throw new AppError(
      'invalid-input',
      'Hawser can’t tell where the comments in this snippet end. Remove the #, or run it in the background.',
    )
  const text = bare.trimEnd().replace(/^(?:[ \t]*\n)+/, '')
  if (text === '')
    throw new AppError('invalid-input', 'This snippet contains only comments, so there is nothing to run.')
  if (recipe.folder.trim() === '') return text
  const into = folderWord(recipe.folder, filled, options)
  if (dialect === 'powershell') return `Set-Location -LiteralPath ${into} -ErrorAction Stop; ${text}`
  if (dialect === 'cmd') return `cd /d ${into} && ${text}`
  if (simpleLine.test(text)) return `cd ${into} && ${text}`
  if (dialect === 'csh')
    throw new AppError(
      'invalid-input',
      'In csh, a snippet with a folder must be a single simple command to run in a terminal.',
    )
  return dialect === 'fish' ? `cd ${into} && begin\n${text}\nend` : `cd ${into} && {\n${text}\n}`
}

interface BackgroundOptions {
  readonly dialect: Dialect
  /** Printed with the process ID before everything else, see `markLine`. */
  readonly mark?: string
}

/** Returns the command to run without a terminal: in a login shell, as in a terminal. */
export function composeBackground(recipe: Recipe, filled: Filled, { dialect, mark }: BackgroundOptions): Composed {
  const options = { dialect, typed: false }
  const first = mark === undefined ? '' : markLine(mark, dialect)
  const { text, hidden } = inShell(recipe, filled, options)
  if (recipe.folder.trim() === '') return { text: inLogin(first + text, dialect), hidden }
  const into = folderWord(recipe.folder, filled, options)
  if (dialect === 'powershell') return { text: `Set-Location -LiteralPath ${into} -ErrorAction Stop; ${text}`, hidden }
  if (dialect === 'cmd') return { text: `cd /d ${into} && ${text}`, hidden }
  return { text: inLogin(`${first}cd ${into} || exit 1\n${text}`, dialect), hidden }
}

/**
 * Returns the command that starts a snippet in its own window of the tmux session `hawser`, and leaves a shell in it.
 */
export function composeTmux(recipe: Recipe & Pick<Snippet, 'name'>, filled: Filled, dialect: Dialect): Composed {
  if (dialect === 'powershell' || dialect === 'cmd' || dialect === 'other')
    throw new AppError('invalid-input', 'tmux needs a host with a Unix shell. Run this snippet in the background.')
  if (variablesOf(recipe).some(each => each.hidden))
    throw new AppError('invalid-input', 'A hidden value would be visible in tmux. Run this snippet in the background.')
  const quoted = (text: string) => unixWord(text, { dialect: 'sh', typed: false })
  const shell = '"${SHELL:-/bin/sh}"'
  const inside = `${shell} -c ${quoted(composeBackground(recipe, filled, { dialect }).text)}; exec ${shell} -l`
  // tmux passes this to whichever shell it is configured to use.
  const body = quoted(anyShellWord(sh`exec /bin/sh -c ${inside}`))
  const name = quoted(recipe.name.replace(/[^\p{L}\p{N} _-]/gu, '').slice(0, 24) || 'snippet')
  const start = `command -v tmux >/dev/null 2>&1 || { echo "tmux is not installed on this host." >&2; exit 127; }
if tmux has-session -t =hawser 2>/dev/null
then at=$(tmux new-window -d -P -F '#{window_index}' -t hawser: -n ${name} ${body}) || exit 1
else at=$(tmux new-session -d -P -F '#{window_index}' -s hawser -n ${name} ${body}) || exit 1
fi
echo "Running in window $at of the tmux session hawser."`
  return { text: inLogin(`/bin/sh -c ${unixWord(start, { dialect, typed: false })}`, dialect), hidden: [] }
}

function inLogin(text: string, dialect: Dialect): string {
  if (dialect !== 'sh' && dialect !== 'bash' && dialect !== 'zsh' && dialect !== 'fish') return text
  return `exec "$SHELL" -lc ${unixWord(text, { dialect, typed: false })}`
}
