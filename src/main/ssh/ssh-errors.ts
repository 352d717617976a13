import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import { findMismatch, mismatchSentence, type MismatchContext } from './algorithm-mismatch.ts'
import type { Offer } from './algorithms.ts'
import type { ServerHello } from './server-hello.ts'
import { unsupportedSentence, type UnsupportedIdentity } from './unsupported-identities.ts'

/**
 * How far a connection got: nothing answered yet; TCP connected but no identification received; identification received
 * and keys being exchanged; host key received; host key accepted and signing in; signed in.
 */
export type ConnectionStage = 'connecting' | 'connected' | 'key-exchange' | 'key-shown' | 'signing-in' | 'open'

/** The facts about a failed attempt, besides the error itself. */
export interface FailureContext {
  /** `address` or `address:port`, as the user typed it. */
  readonly where: string
  readonly stage: ConnectionStage
  readonly hello?: ServerHello
  /** Hawser's offer in the key exchange, and the facts that a sentence about it depends on. */
  readonly exchange?: { readonly offer: Offer } & Omit<MismatchContext, 'where' | 'ident'>
  /** True while the user is asked something. */
  readonly asking?: boolean
  /** The time limit of the stage in milliseconds. */
  readonly limitMs?: number
  /** The authentication methods that the server accepts, if it reported them. */
  readonly methods?: readonly string[]
  readonly tried?: readonly string[]
  /** Certificates and security keys that the user has and Hawser doesn't support. */
  readonly unsupported?: readonly UnsupportedIdentity[]
}

/** A connection failure and the stage it happened in. */
export class ConnectionError extends AppError {
  readonly stage: ConnectionStage

  constructor({ code, message }: Described, stage: ConnectionStage, cause: Error) {
    super(code, message, { cause })
    this.stage = stage
  }
}

/** Turns any failure of the network, ssh2 or the server into one sentence with a code and a next step. */
export function toSshError(error: unknown, context: FailureContext): AppError {
  if (error instanceof AppError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  return new ConnectionError(judge(cause, context), context.stage, cause)
}

type Described = Pick<AppError, 'code' | 'message'>

function judge(error: Error, context: FailureContext): Described {
  if (context.stage === 'open') return lost(error, context)
  return (
    fromHello(context) ??
    fromKeyExchange(context) ??
    fromNetwork(error, context) ??
    fromSignIn(error, context) ??
    fromDisconnect(error, context) ??
    fromOurselves(error, context) ??
    closed(context)
  )
}

/** An established connection ended. */
function lost(error: Error, { where }: FailureContext): Described {
  const text = cleanLine(error.message, maxText)
  const because = (why: string): Described => ({ code: 'lost', message: `The connection to ${where} was lost${why}.` })
  if (isDisconnect(error)) return { code: 'lost', message: `${where} closed the connection${quoted(text)}.` }
  switch ((firstCause(error) as NodeJS.ErrnoException).code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return { code: 'lost', message: `The connection to ${where} was reset.` }
    case 'ETIMEDOUT':
      return because(': the server stopped responding')
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
      return because(': the server is no longer reachable from this network')
    case undefined:
      break
    default:
      return because(text === '' ? '' : ` (${text})`)
  }
  if (text === '') return because('')
  const { level } = error as { level?: string }
  if (level === 'handshake') return because(`: rekeying failed (${text})`)
  return because(`: the server sent invalid SSH data (${text})`)
}

function fromHello({ hello, where }: FailureContext): Described | undefined {
  if (!hello) return undefined
  const { text, ident } = hello
  // OpenSSH's PerSourcePenalties (9.8 and later) and MaxStartups; both come before the identification.
  if (/not allowed at this time/i.test(text)) {
    return {
      code: 'penalty',
      message: `${where} is temporarily refusing connections from this computer, usually after several failed sign-ins. Wait a few minutes and try again.`,
    }
  }
  if (/exceeded maxstartups/i.test(text)) {
    return {
      code: 'too-many-connections',
      message: `Too many sign-ins to ${where} are in progress. Try again in a moment.`,
    }
  }
  // 1.99 identifies a server that supports both versions (RFC 4253, 5.1).
  if (/^SSH-1\.(?!99)/.test(ident ?? '')) {
    return {
      code: 'no-common-algorithm',
      message: `${where} only supports SSH 1, which is not secure. Enable SSH 2 on the server, or update it.`,
    }
  }
  if (text === '' || ident !== null) return undefined
  if (/^HTTP\/|<html/i.test(text))
    return { code: 'not-ssh', message: `${where} is a web server, not an SSH server. Check the port.` }
  return {
    code: 'not-ssh',
    message: `${where} is not an SSH server. It sent${quoted(cleanLine(text, 120))}. Check the port.`,
  }
}

function fromKeyExchange({ where, stage, hello, exchange }: FailureContext): Described | undefined {
  if (stage !== 'key-exchange' || !hello?.kexInit || !exchange) return undefined
  const mismatch = findMismatch(exchange.offer, hello.kexInit)
  if (!mismatch) return undefined
  const message = mismatchSentence(mismatch, { ...exchange, where, ident: hello.ident ?? '' })
  return { code: 'no-common-algorithm', message }
}

function fromNetwork(error: Error, context: FailureContext): Described | undefined {
  const { where, stage } = context
  const { code } = firstCause(error) as NodeJS.ErrnoException
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'refused',
        message: `${where} refused the connection. Check the port, and that an SSH server is running.`,
      }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return {
        code: 'name-not-found',
        message: `Couldn’t resolve the host name ${where}. Check the spelling and your network.`,
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'ENETDOWN':
      return {
        code: 'unreachable',
        message: `${where} is not reachable from this network. Check your network or VPN.`,
      }
    case 'ETIMEDOUT':
      return { code: 'timed-out', message: timeoutText[stage](where, time(context.limitMs ?? defaultMs)) }
    case 'ECONNRESET':
    case 'EPIPE':
      return closed(context)
    default:
      return undefined
  }
}

/** The sentence for a timeout in each stage. */
const timeoutText: Readonly<Record<ConnectionStage, (where: string, time: string) => string>> = {
  connecting: where => `${where} did not respond. Check the address, and whether a firewall blocks it.`,
  connected: (where, time) =>
    `${where} accepted the connection but sent nothing within ${time}. Check the port; the server may also be overloaded.`,
  'key-exchange': (where, time) =>
    `${where} did not complete the key exchange within ${time}. Try again; a firewall or VPN may be dropping large packets.`,
  'key-shown': (where, time) =>
    `${where} sent its host key but did not complete the key exchange within ${time}. Try again, or check sshd’s log.`,
  'signing-in': (where, time) =>
    `${where} did not answer the sign-in within ${time}. Try again, or check sshd’s log: a directory service or second factor may be slow.`,
  open: where => `The connection to ${where} was lost: the server stopped responding.`,
}

function time(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

function fromSignIn(error: Error, context: FailureContext): Described | undefined {
  if ((error as { level?: string }).level === 'client-authentication') return signInFailed(context)
  if (!isDisconnect(error) || !/too many authentication failures/i.test(error.message)) return undefined
  return {
    code: 'auth-failed',
    message: `${context.where} reported too many authentication failures. Choose a single key or password for this host and try again.`,
  }
}

/** The server sent SSH_MSG_DISCONNECT (RFC 4253, 11.1). */
function fromDisconnect(error: Error, context: FailureContext): Described | undefined {
  if (!isDisconnect(error)) return undefined
  if (context.asking === true) return closed(context)
  const text = cleanLine(error.message, maxText)
  const message = `${context.where} closed the connection ${during[context.stage]}${quoted(text)}.${checkLog}`
  return { code: 'server-refused', message }
}

/** ssh2 could not continue, so Hawser closed the connection. */
function fromOurselves(error: Error, { where, stage }: FailureContext): Described | undefined {
  const text = cleanLine(error.message, maxText)
  if (text === '' || /lost before handshake/i.test(text)) return undefined
  if (/host denied/i.test(text))
    return { code: 'host-key-rejected', message: `The host key of ${where} was not accepted, so nothing was sent.` }
  const { level, code } = error as { level?: string; code?: string }
  if (code !== undefined || level === 'client-socket')
    return {
      code: 'server-refused',
      message: `The connection to ${where} failed ${during[stage]} (${text}). Try again.`,
    }
  if (level === 'handshake') {
    const message = `Hawser closed the connection to ${where} because the key exchange failed (${text}). Try again; if it keeps failing, update the server.`
    return { code: 'server-refused', message }
  }
  const message = `Hawser closed the connection to ${where} because the server sent invalid SSH data ${during[stage]} (${text}). Check the port, and that nothing on the network modifies the data.`
  return { code: 'server-refused', message }
}

/** The connection closed without a reason. */
function closed({ where, stage, asking = false }: FailureContext): Described {
  if (asking) {
    return {
      code: 'server-refused',
      message: `${where} closed the connection while Hawser was waiting for your response. Try again: the server may limit the time for signing in (LoginGraceTime).`,
    }
  }
  if (stage === 'open') return { code: 'lost', message: `The connection to ${where} was lost.` }
  return { code: 'server-refused', message: `${where} closed the connection ${during[stage]}.${checkLog}` }
}

const during: Readonly<Record<ConnectionStage, string>> = {
  connecting: 'immediately',
  connected: 'before sending its identification',
  'key-exchange': 'during the key exchange',
  'key-shown': 'after sending its host key',
  'signing-in': 'during the sign-in',
  open: 'after the sign-in',
}

const checkLog = ' Check sshd’s log.'
const maxText = 300
const defaultMs = 20_000

/** True for the text of a SSH_MSG_DISCONNECT; ssh2 sets the error's reason code for it. */
function isDisconnect(error: Error): boolean {
  return typeof (error as { code?: unknown }).code === 'number'
}

/** Quotes text from a server; empty if there is none. */
function quoted(text: string): string {
  return text === '' ? '' : `: “${text}”`
}

/** The sentence for a sign-in with nothing left to try. */
function signInFailed({ where, methods = [], tried = [], unsupported = [] }: FailureContext): Described {
  const acceptedText = methods.length > 0 ? ` It accepts ${methods.map(methodName).join(' or ')}.` : ''
  const triedText = tried.length > 0 ? ` Tried: ${tried.map(methodName).join(', ')}.` : ''
  const keysCount = methods.length === 0 || methods.includes('publickey')
  const other = keysCount ? unsupportedSentence(unsupported) : ''
  return { code: 'auth-failed', message: `Authentication failed on ${where}.${acceptedText}${triedText}${other}` }
}

function methodName(method: string): string {
  const names: Record<string, string> = {
    publickey: 'a key',
    password: 'a password',
    'keyboard-interactive': 'keyboard-interactive prompts',
  }
  return names[method] ?? cleanLine(method, 40)
}

/** The server refused to listen (RFC 4254, 7.1). */
export function listenRefused(what: string, where: string): AppError {
  const text = `${where} can’t listen on ${what}. The port may be in use, or AllowTcpForwarding or PermitListen may forbid it.`
  return new AppError('server-refused', text)
}

/**
 * A channel through a jump host was refused (RFC 4254, 5.1): the sentence names the target, and says whether the jump
 * host forbids it.
 */
export function forwardRefused(error: Error, { where, via }: { where: string; via: string }): AppError {
  const text = refusal(error)
  const refused = (code: AppError['code'], message: string) => new AppError(code, message, { cause: error })
  const prohibited = 1
  if ((error as { reason?: unknown }).reason === prohibited || /prohibited/i.test(text))
    return refused(
      'server-refused',
      `${via} does not allow connections to ${where}. AllowTcpForwarding or PermitOpen in its sshd_config may forbid them.`,
    )
  if (/refused/i.test(text))
    return refused(
      'refused',
      `${where} refused the connection from ${via}. Check the port, and that a server is listening on it.`,
    )
  if (/resolve|name or service|not known/i.test(text))
    return refused('name-not-found', `${via} couldn’t resolve the host name ${where}. Check the spelling.`)
  if (/timed out|timeout/i.test(text))
    return refused('timed-out', `${where} did not respond to ${via}. Check the address.`)
  return refused('unreachable', `${via} can’t reach ${where}${quoted(text)}.`)
}

/** A session, or the shell or command in it, was refused on a working connection. */
export function sessionRefused(error: Error, where: string, what: 'shell' | 'command'): AppError {
  const message = `${where} refused to start a ${what}${quoted(refusal(error))}. It may have reached its session limit, or not allow a ${what} for this user.`
  return new AppError('server-refused', message, { cause: error })
}

/** The server's text for a refused channel (RFC 4254, 5.1); empty if the text is ssh2's own. */
function refusal(error: Error): string {
  const said = typeof (error as { reason?: unknown }).reason === 'number'
  const text = cleanLine(error.message.replace(/^\(SSH\) Channel open failure: ?/, ''), 200)
  return said && text !== 'undefined' ? text : ''
}

/** The server refused the SFTP subsystem. */
export function subsystemRefused(error: Error, where: string): AppError {
  // The channel itself was refused (RFC 4254, 5.1), as OpenSSH does when MaxSessions is reached.
  if ('reason' in error)
    return new AppError('too-many-connections', `${where} allows no more sessions on this connection.`, {
      cause: error,
    })
  return new AppError(
    'server-refused',
    `${where} doesn’t offer SFTP. Ask its administrator to enable “Subsystem sftp” in sshd_config.`,
    { cause: error },
  )
}

const informativeCodes = ['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']

// Happy eyeballs collects one error per address; the most informative one about the server wins.
function firstCause(error: Error): Error {
  if (!(error instanceof AggregateError)) return error
  const causes = error.errors as NodeJS.ErrnoException[]
  return informativeCodes.map(code => causes.find(cause => cause.code === code)).find(Boolean) ?? causes[0] ?? error
}
