import { AppError } from './errors.ts'
import type { Dialect } from './shell-dialect.ts'
import { shellValue } from './shell-value.ts'

// A terminal holds back 4,095 bytes for a shell that is only just starting (N_TTY of Linux); the rest would be lost.
const longestLine = 4_000

/**
 * The line that takes a shell of this dialect to a folder, without the Enter that sends it. Throws `invalid-input` where
 * the name of the folder can't be typed safely.
 */
export function folderLine(folder: string, dialect: Dialect): string {
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(folder))
    throw new AppError('invalid-input', 'The full path of this folder is not known.')
  const word = typedWord(folder, dialect)
  // A space in front keeps it out of the history of shells that are set so.
  const line =
    dialect === 'powershell'
      ? ` Set-Location -LiteralPath ${word}`
      : dialect === 'cmd'
        ? ` cd /d ${word}`
        : ` cd ${word}`
  // Its bytes in UTF-8.
  if (encodeURIComponent(line).replace(/%../g, '.').length > longestLine)
    throw new AppError('invalid-input', 'The path of this folder is too long to type.')
  return line
}

/** Paths as words that are typed into a shell of this dialect, with a space behind the last. Throws like `folderLine`. */
export function pathWords(paths: readonly string[], dialect: Dialect): string {
  return `${paths.map(path => typedWord(path, dialect)).join(' ')} `
}

function typedWord(path: string, dialect: Dialect): string {
  // A control in a name would be a key that is pressed, and a byte that isn't UTF-8 can't be typed.
  if (/[\p{Cc}\p{Cs}]/u.test(path))
    throw new AppError('invalid-input', 'The name contains characters that can’t be typed. Rename it first.')
  const unix = dialect !== 'powershell' && dialect !== 'cmd' && dialect !== 'other'
  if (unix && /^[A-Za-z0-9_./:+,@-]+$/.test(path)) return path
  try {
    return shellValue(path, { kind: 'bare' }, { dialect, typed: true })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const shell = dialect === 'cmd' ? 'cmd.exe' : 'the shell on the host'
    throw new AppError('invalid-input', `The name contains characters that can’t be quoted safely for ${shell}.`)
  }
}

export interface CopyCommand {
  readonly program: 'scp' | 'rsync'
  readonly paths: readonly string[]
  /** `user@address` and port of the host that the paths are on; null when they are on this computer. */
  readonly from: { readonly login: string; readonly port: number | null } | null
}

/**
 * The command that copies files by hand: from a host into the working directory, or from this computer to a host that is
 * still to be named. It is read by a local shell of this dialect and then by the remote side, where old versions of scp
 * and rsync hand paths to a shell: odd names go in a way that newer versions take as they are and older ones refuse.
 * Throws like `folderLine`.
 */
export function copyLine({ program, paths, from }: CopyCommand, dialect: Dialect): string {
  const word = (text: string) => typedWord(text, dialect)
  const plain = from === null || paths.every(path => /^[A-Za-z0-9_./+,=@-]+$/.test(path))
  const sources = paths.map(path => (from ? `${bracketed(from.login)}:${plain ? path : literal(path, program)}` : path))
  const port = from?.port ?? null
  const flags =
    program === 'scp'
      ? // -s: over SFTP, where no shell reads the path; scp knows it since OpenSSH 8.7.
        ['-r', ...(plain ? [] : ['-s']), ...(port === null ? [] : ['-P', String(port)])]
      : // -s: the path goes past the remote shell.
        ['-avz', '--partial', ...(plain ? [] : ['-s']), ...(port === null ? [] : ['-e', word(`ssh -p ${port}`)])]
  return [program, ...flags, '--', ...sources.map(word), from ? '.' : 'user@host:'].join(' ')
}

// Both read what is left of a path as a pattern.
function literal(path: string, program: CopyCommand['program']): string {
  if (program === 'rsync' && /[*?[\]\\]/.test(path))
    throw new AppError('invalid-input', 'rsync would treat this name as a pattern. Copy it as an scp command instead.')
  return path.replace(/[*?[\]\\]/g, '\\$&')
}

// The colons of an IPv6 address would end the host's name.
function bracketed(login: string): string {
  const at = login.lastIndexOf('@')
  const address = login.slice(at + 1)
  return address.includes(':') ? `${login.slice(0, at + 1)}[${address}]` : login
}
