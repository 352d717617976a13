import { AppError } from './errors.ts'
import type { Dialect } from './shell-dialect.ts'
import { shellValue } from './shell-value.ts'

// A terminal buffers 4,095 bytes for a shell that is still starting (N_TTY of Linux); the rest would be lost.
const longestLine = 4_000

/**
 * Returns the line that changes to a folder in a shell of this dialect, without the Enter that runs it. Errors:
 * `invalid-input` if the name can't be typed safely.
 */
export function folderLine(folder: string, dialect: Dialect): string {
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(folder))
    throw new AppError('invalid-input', 'The full path of this folder is not known.')
  const word = typedWord(folder, dialect)
  // A leading space keeps it out of the history of shells configured that way.
  const line =
    dialect === 'powershell'
      ? ` Set-Location -LiteralPath ${word}`
      : dialect === 'cmd'
        ? ` cd /d ${word}`
        : ` cd ${word}`
  // Its length in UTF-8 bytes.
  if (encodeURIComponent(line).replace(/%../g, '.').length > longestLine)
    throw new AppError('invalid-input', 'The path of this folder is too long to type.')
  return line
}

/** Returns paths as words for a shell of this dialect, with a trailing space. Errors: as in `folderLine`. */
export function pathWords(paths: readonly string[], dialect: Dialect): string {
  return `${paths.map(path => typedWord(path, dialect)).join(' ')} `
}

function typedWord(path: string, dialect: Dialect): string {
  // A control character in a name would act as a key, and a byte that isn't valid UTF-8 can't be typed.
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
  /** `user@address` and port of the host with the paths; null for this computer. */
  readonly from: { readonly login: string; readonly port: number | null } | null
}

/**
 * Returns the command that copies files manually: from a host into the working directory, or from this computer to a
 * host to be filled in. A local shell of this dialect reads it, then the remote side, where old versions of scp and
 * rsync pass paths to a shell: unusual names are written so that newer versions accept them and older ones refuse them.
 * Errors: as in `folderLine`.
 */
export function copyLine({ program, paths, from }: CopyCommand, dialect: Dialect): string {
  const word = (text: string) => typedWord(text, dialect)
  const plain = from === null || paths.every(path => /^[A-Za-z0-9_./+,=@-]+$/.test(path))
  const sources = paths.map(path => (from ? `${bracketed(from.login)}:${plain ? path : literal(path, program)}` : path))
  const port = from?.port ?? null
  const flags =
    program === 'scp'
      ? // -s: over SFTP, where no shell reads the path; supported since OpenSSH 8.7.
        ['-r', ...(plain ? [] : ['-s']), ...(port === null ? [] : ['-P', String(port)])]
      : // -s: the path is not passed through the remote shell.
        ['-avz', '--partial', ...(plain ? [] : ['-s']), ...(port === null ? [] : ['-e', word(`ssh -p ${port}`)])]
  return [program, ...flags, '--', ...sources.map(word), from ? '.' : 'user@host:'].join(' ')
}

// Both treat the rest of a path as a pattern.
function literal(path: string, program: CopyCommand['program']): string {
  if (program === 'rsync' && /[*?[\]\\]/.test(path))
    throw new AppError('invalid-input', 'rsync would treat this name as a pattern. Copy it as an scp command instead.')
  return path.replace(/[*?[\]\\]/g, '\\$&')
}

// The colons of an IPv6 address would end the host name.
function bracketed(login: string): string {
  const at = login.lastIndexOf('@')
  const address = login.slice(at + 1)
  return address.includes(':') ? `${login.slice(0, at + 1)}[${address}]` : login
}
