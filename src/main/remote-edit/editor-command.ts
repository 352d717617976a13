import { AppError } from '../../shared/base/errors.ts'

/** A program to start without a shell: every argument is passed unchanged. */
export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  /** Windows: the arguments are already quoted and must not be quoted again. */
  readonly verbatim?: true
}

/** The placeholder for the file's path in an editor command. */
const filePlace = '{file}'

// cmd.exe gives these a meaning, partly even between quotation marks; a batch file reads its arguments once more.
// eslint-disable-next-line no-control-regex -- controls are among them
const specialToCmd = /["%!^&|<>\u0000-\u001f]/

/**
 * Splits an editor command into words at spaces; single and double quotation marks keep words together. A backslash is
 * an ordinary character, as Windows paths need. Errors: `invalid-input` if a quotation mark isn't closed.
 */
export function parseEditorCommand(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+|["']/g) ?? []
  if (words.some(word => word === '"' || word === "'"))
    throw new AppError(
      'invalid-input',
      'The editor command has an unclosed quotation mark. Fix it in Settings > Files.',
    )
  return words.map(word =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_all, double?: string, single?: string) => double ?? single ?? ''),
  )
}

/**
 * Replaces `{file}` with the file's path, or appends it if there is none. Errors: `invalid-input` for `{file}` inside
 * quotation marks: that word is a command line for a shell, which would interpret the path.
 */
export function placeFile(args: readonly string[], path: string): readonly string[] {
  if (args.some(arg => arg.includes(filePlace) && /\s/.test(arg)))
    throw new AppError(
      'invalid-input',
      `In the editor command, ${filePlace} must not be inside quotation marks. Fix it in Settings > Files.`,
    )
  if (!args.some(arg => arg.includes(filePlace))) return [...args, path]
  return args.map(arg => arg.split(filePlace).join(path))
}

/**
 * Returns how to start a program on Windows, where batch files (VS Code's `code.cmd`) only run in cmd.exe. Errors:
 * `unsupported` for a batch file with an argument that cmd.exe would interpret.
 */
export function windowsLaunch(program: string, args: readonly string[], systemRoot: string): Launch {
  if (!isBatchFile(program)) return { program, args }
  const words = [program, ...args]
  const special = words.find(word => specialToCmd.test(word))
  if (special !== undefined)
    throw new AppError(
      'unsupported',
      `${program} is a batch file, and “${special}” can’t be passed to it safely. Choose the editor’s .exe in Settings > Files.`,
    )
  const line = words.map(word => `"${word}"`).join(' ')
  return {
    program: `${systemRoot}\\System32\\cmd.exe`,
    args: ['/d', '/v:off', '/s', '/c', `"${line}"`],
    verbatim: true,
  }
}

function isBatchFile(program: string): boolean {
  // Windows ignores dots and spaces at the end of a name.
  return /\.(?:cmd|bat)[. ]*$/i.test(program)
}
