import { posix, win32 } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { execWords, readDesktopEntry } from './desktop-entry.ts'
import { parseEditorCommand, placeFile, windowsLaunch, type Launch } from './editor-command.ts'

/** The system access needed to choose an editor. */
export interface EditorComputer {
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** True for an executable file. */
  isProgram(path: string): Promise<boolean>
  /** Returns the text of a small file; null if there is none. */
  readText(path: string): Promise<string | null>
  /** Returns the output of a program; empty if it fails. */
  ask(program: string, args: readonly string[]): Promise<string>
}

// Plain text editors of desktops, then those of programmers.
const linuxEditors = [
  'gnome-text-editor',
  'gedit',
  'kate',
  'kwrite',
  'mousepad',
  'xed',
  'pluma',
  'featherpad',
  'l3afpad',
  'leafpad',
  'geany',
  'code',
  'codium',
  'subl',
  'zed',
]

const batchEndings = ['.exe', '.com', '.cmd', '.bat']

/**
 * Returns the program that edits a file as text: the one that `command` names, or the system's text editor if it is
 * empty. The file's own type is ignored, because its associated program may run it (a script, an installer, a
 * shortcut). `path` must be absolute. Errors: `not-found` if there is no editor, `invalid-input` and `unsupported` for
 * an unusable command.
 */
export async function chooseEditor(path: string, command: string, computer: EditorComputer): Promise<Launch> {
  const whole = command.trim()
  // A path with spaces, pasted without quotation marks.
  const [name, ...args] = (await computer.isProgram(whole)) ? [whole] : parseEditorCommand(whole)
  if (name === undefined || name === '') return systemEditor(path, computer)
  const program = await findProgram(name, computer)
  if (program === null)
    throw new AppError('not-found', `The program ${name} was not found. Choose another editor in Settings > Files.`)
  const words = placeFile(args, path)
  return computer.platform === 'win32' ? windowsLaunch(program, words, systemRoot(computer)) : { program, args: words }
}

async function systemEditor(path: string, computer: EditorComputer): Promise<Launch> {
  switch (computer.platform) {
    case 'darwin':
      // -t is the default text editor, whatever the file is.
      return { program: '/usr/bin/open', args: ['-t', path] }
    case 'win32':
      return { program: `${systemRoot(computer)}\\System32\\notepad.exe`, args: [path] }
    default:
      return (await desktopEditor(path, computer)) ?? (await knownEditor(path, computer))
  }
}

/** Returns the desktop's program for plain text, if it is a text editor with its own window. */
async function desktopEditor(path: string, computer: EditorComputer): Promise<Launch | null> {
  const xdgMime = await findProgram('xdg-mime', computer)
  if (xdgMime === null) return null
  const id = (await computer.ask(xdgMime, ['query', 'default', 'text/plain'])).split(/[\n;]/)[0]?.trim() ?? ''
  if (!/^[\w][\w.+-]*\.desktop$/.test(id)) return null
  for (const file of entryFiles(id, computer)) {
    const text = await computer.readText(file)
    if (text === null) continue
    const entry = readDesktopEntry(text)
    // Plain text may be assigned to a browser or an office program: only a program in the TextEditor category shows
    // every file as text.
    if (!entry || entry.terminal || !entry.categories.includes('TextEditor')) return null
    const [name = '', ...args] = execWords(entry.exec, path) ?? []
    const program = await findProgram(name, computer)
    return program === null ? null : { program, args }
  }
  return null
}

/** Returns the possible files of a desktop entry, the user's own first. A `-` in the ID may stand for a folder. */
function entryFiles(id: string, { env, home }: EditorComputer): readonly string[] {
  const own = env['XDG_DATA_HOME'] || posix.join(home, '.local/share')
  const others = (env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(':')
  const folders = [own, ...others].filter(folder => posix.isAbsolute(folder))
  const names = [...new Set([id, id.replace('-', '/')])]
  return folders.flatMap(folder => names.map(name => posix.join(folder, 'applications', name)))
}

async function knownEditor(path: string, computer: EditorComputer): Promise<Launch> {
  for (const name of linuxEditors) {
    const program = await findProgram(name, computer)
    if (program !== null) return { program, args: [path] }
  }
  throw new AppError('not-found', 'No text editor was found on this computer. Choose an editor in Settings > Files.')
}

/** Returns the full path of a program, looked up in PATH; never in the working directory. */
async function findProgram(name: string, computer: EditorComputer): Promise<string | null> {
  const windows = computer.platform === 'win32'
  const paths = windows ? win32 : posix
  const known = windows ? batchEndings.some(ending => name.toLowerCase().endsWith(ending)) : true
  const names = known ? [name] : batchEndings.map(ending => name + ending)
  const isPath = (windows ? /[/\\]/ : /\//).test(name)
  if (isPath && !paths.isAbsolute(name)) return null
  const { env } = computer
  const folders = isPath ? [''] : (env['PATH'] ?? env['Path'] ?? '').split(paths.delimiter)
  for (const folder of folders) {
    if (!isPath && !paths.isAbsolute(folder)) continue
    for (const each of names) {
      const path = isPath ? each : paths.join(folder, each)
      if (await computer.isProgram(path)) return path
    }
  }
  return null
}

function systemRoot({ env }: EditorComputer): string {
  return env['SystemRoot'] ?? env['SYSTEMROOT'] ?? 'C:\\Windows'
}
