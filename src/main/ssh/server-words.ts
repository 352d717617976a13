import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'

/** The output of a server instead of the expected response. It is raw and must be cleaned before it is shown. */
export interface ServerWords {
  /** Its standard output. */
  readonly output: Buffer | string
  /** Its standard error. */
  readonly errors: Buffer | string
  /** The exit code; null if none was received. */
  readonly code: number | null
}

const maxLetters = 300

/** The error for a command that did not run at all: `server-refused`, with the server's output. */
export function commandRefused(where: string, words: ServerWords): AppError {
  const why = expired(where, words)
  if (why) return why
  return new AppError(
    'server-refused',
    `${where} could not run a command for Hawser${exitCode(words)}.${outputClause(words)} Its login shell is not a Unix shell, or commands are restricted. Set a shell such as bash for this user.`,
  )
}

/** The server refuses to run anything until its user has set a new password. */
export class PasswordExpired extends AppError {}

/** Text arrived before SFTP started, from a login shell that prints something or a forced command. */
export class TextBeforeSftp extends AppError {}

/** The error for an SFTP server that exited before its greeting or printed something else: `server-refused`. */
export function sftpRefused(where: string, words: ServerWords, cause?: Error): AppError {
  const why = expired(where, words)
  if (why) return why
  const code = exitCode(words)
  if (String(words.output) === '') {
    const sentence = `SFTP is not working on ${where}: its SFTP server exited immediately${code}.`
    const next = 'Check “Subsystem sftp” in its sshd_config, and that the login shell is not restricted.'
    return new AppError('server-refused', withWords(sentence, words, next), { cause })
  }
  const printed = shownOutput(words.output) === '' ? 'an empty line' : 'text'
  const sentence = `${where} printed ${printed} before SFTP started${code}.`
  return new TextBeforeSftp('server-refused', withWords(sentence, words, startupFileHint), { cause })
}

const startupFileHint =
  'Startup files such as ~/.bashrc must not print anything in non-interactive shells. A forced command (ForceCommand) can also be the cause.'

// The messages of OpenSSH's session.c, login(1), PAM and shadow about an expired password.
const expiredPassword =
  /password (?:change required|(?:has|is) expired|expired)|(?:must|required to) change your password/i

/** An expired password can only be changed in a terminal. */
function expired(where: string, words: ServerWords): AppError | undefined {
  if (!expiredPassword.test(`${shownOutput(words.errors)} ${shownOutput(words.output)}`)) return undefined
  return new PasswordExpired(
    'server-refused',
    `The password on ${where} has expired. Open a terminal to ${where}, set a new password, and try again.${outputClause(words)}`,
  )
}

/** Joins a sentence, the server's output if there is any, and the next step. */
export function withWords(sentence: string, words: ServerWords, next: string): string {
  return `${sentence}${outputClause(words)} ${next}`
}

function outputClause({ output, errors }: ServerWords): string {
  const texts = [shownOutput(output), shownOutput(errors)].filter(text => text !== '')
  if (texts.length === 0) return ''
  const end = /[.!?]$/.test(texts.at(-1) ?? '') ? '' : '.'
  return ` Its output: ${texts.map(text => `“${text}”`).join(' and ')}${end}`
}

function exitCode({ code }: ServerWords): string {
  return code === null || code === 0 ? '' : ` (exit code ${code})`
}

/** Text up to the first NUL, where the bytes of a protocol start. */
function shownOutput(words: Buffer | string): string {
  return cleanLine(String(words).replace(/\0[^]*/, ''), maxLetters)
}
