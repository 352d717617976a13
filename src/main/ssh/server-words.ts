import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'

/** What a server printed in the place of what was asked of it. Raw: it is made safe to show here. */
export interface ServerWords {
  /** Its standard output. */
  readonly output: Buffer | string
  /** Its standard error. */
  readonly errors: Buffer | string
  /** The exit code; null where none came. */
  readonly code: number | null
}

const mostLetters = 300

/** The error for a command of which nothing ran: `server-refused`, with the server's own words. */
export function commandRefused(where: string, words: ServerWords): AppError {
  const why = expired(where, words)
  if (why) return why
  return new AppError(
    'server-refused',
    `${where} did not run a command for Hawser${exitCode(words)}.${itSaid(words)} Its login shell isn’t a Unix shell, or commands are restricted. Set a shell such as bash for this user.`,
  )
}

/** The server runs nothing before its user has chosen a new password. */
export class PasswordExpired extends AppError {}

/** Text came where SFTP should begin: a login shell that isn't quiet, or a forced command. */
export class TextBeforeSftp extends AppError {}

/** The error for an SFTP server that ended before its greeting, or printed something else: `server-refused`. */
export function sftpRefused(where: string, words: ServerWords, cause?: Error): AppError {
  const why = expired(where, words)
  if (why) return why
  const code = exitCode(words)
  if (String(words.output) === '') {
    const sentence = `${where} has no working SFTP: its SFTP server ended at once${code}.`
    return new AppError(
      'server-refused',
      withWords(
        sentence,
        words,
        'Check “Subsystem sftp” in its sshd_config, and that the login shell is not a restricted one.',
      ),
      {
        cause,
      },
    )
  }
  const printed = said(words.output) === '' ? 'an empty line' : 'text'
  const sentence = `${where} printed ${printed} where SFTP should begin${code}.`
  return new TextBeforeSftp('server-refused', withWords(sentence, words, mustBeQuiet), { cause })
}

const mustBeQuiet =
  'A start-up file such as ~/.bashrc must print nothing where there is no terminal; a command that the server forces (ForceCommand) may also be the reason.'

// OpenSSH's session.c, and what login(1), PAM and shadow say of an old password.
const expiredPassword =
  /password (?:change required|(?:has|is) expired|expired)|(?:must|required to) change your password/i

/** A password that is too old is changed in a terminal, and nowhere else. */
function expired(where: string, words: ServerWords): AppError | undefined {
  if (!expiredPassword.test(`${said(words.errors)} ${said(words.output)}`)) return undefined
  return new PasswordExpired(
    'server-refused',
    `The password on ${where} has expired. Open a terminal to ${where}, choose a new one there, and try again.${itSaid(words)}`,
  )
}

/** A sentence, the server's own words where it had some, and the next step. */
export function withWords(sentence: string, words: ServerWords, next: string): string {
  return `${sentence}${itSaid(words)} ${next}`
}

function itSaid({ output, errors }: ServerWords): string {
  const texts = [said(output), said(errors)].filter(text => text !== '')
  if (texts.length === 0) return ''
  const end = /[.!?]$/.test(texts.at(-1) ?? '') ? '' : '.'
  return ` It said: ${texts.map(text => `“${text}”`).join(' and ')}${end}`
}

function exitCode({ code }: ServerWords): string {
  return code === null || code === 0 ? '' : ` (exit code ${code})`
}

/** Up to the first NUL, where bytes of a protocol begin. */
function said(words: Buffer | string): string {
  return cleanLine(String(words).replace(/\0[^]*/, ''), mostLetters)
}
