import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'

/** What is known about a failed attempt, besides the error itself. */
export interface FailureContext {
  /** `address` or `address:port`, as the person typed it. */
  readonly where: string
  /** What the server said before its SSH greeting, raw. */
  readonly head: string
  /** True once its SSH greeting came. */
  readonly identSeen?: boolean
  /** What the server offered in the key exchange, by kind. */
  readonly offers?: readonly string[]
  readonly stage: 'connect' | 'handshake' | 'sign-in' | 'open'
  /** The sign-in methods that the server takes, when it said so. */
  readonly methods?: readonly string[]
  readonly tried?: readonly string[]
}

/** Turns any failure of the network, of ssh2 or of the server into one sentence with a code and a next step. */
export function toSshError(error: unknown, context: FailureContext): AppError {
  if (error instanceof AppError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const told = fromServerText(context) ?? fromNetwork(cause, context) ?? fromSsh2(cause, context)
  return new AppError(told.code, told.message, { cause })
}

type Told = Pick<AppError, 'code' | 'message'>

function fromServerText({ head, where, stage, identSeen = false }: FailureContext): Told | undefined {
  // OpenSSH 9.8 and later, PerSourcePenalties; and MaxStartups. Both come before the greeting.
  if (/not allowed at this time/i.test(head)) {
    return {
      code: 'penalty',
      message: `${where} turns this computer away for now, usually after several wrong sign-ins. Wait a few minutes and try again.`,
    }
  }
  if (/exceeded maxstartups/i.test(head)) {
    return { code: 'too-many-connections', message: `${where} has too many sign-ins under way. Try again in a moment.` }
  }
  if (stage !== 'handshake' || head === '' || identSeen) return undefined
  if (/^HTTP\/|<html/i.test(head))
    return { code: 'not-ssh', message: `A web server answers at ${where}, not an SSH server. Check the port.` }
  return {
    code: 'not-ssh',
    message: `What answers at ${where} is not an SSH server; it said “${cleanLine(head, 120)}”. Check the port.`,
  }
}

function fromNetwork(error: Error, { where, stage }: FailureContext): Told | undefined {
  const { code } = firstCause(error) as NodeJS.ErrnoException
  switch (code) {
    case 'ECONNREFUSED':
      return {
        code: 'refused',
        message: `${where} refused the connection. Check the port, and that its SSH server runs.`,
      }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return {
        code: 'name-not-found',
        message: `The name ${where} was not found. Check its spelling and your network.`,
      }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'ENETDOWN':
      return {
        code: 'unreachable',
        message: `There is no way to ${where} from this network. Check your network or VPN.`,
      }
    case 'ETIMEDOUT':
      return {
        code: 'timed-out',
        message: `${where} did not answer. Check the address, and that no firewall is in between.`,
      }
    case 'ECONNRESET':
    case 'EPIPE':
      return stage === 'open'
        ? { code: 'lost', message: `The connection to ${where} was reset.` }
        : { code: 'server-refused', message: `${where} closed the connection before sign-in. Its log may say why.` }
    default:
      return undefined
  }
}

function fromSsh2(error: Error, context: FailureContext): Told {
  const { where, stage } = context
  const text = cleanLine(error.message, 300)
  const level = (error as { level?: string }).level
  if (/no matching|no common/i.test(text)) {
    const offers = context.offers?.length ? ` It offers ${cleanLine(context.offers.join('; '), 400)}.` : ''
    return {
      code: 'no-common-algorithm',
      message: `${where} and Hawser share no algorithm (${text}).${offers} If the server is old, allow weak algorithms for this host.`,
    }
  }
  if (level === 'client-authentication') return signInFailed(context)
  if (/too many authentication failures/i.test(text)) {
    return {
      code: 'auth-failed',
      message: `${where} ended the sign-in after too many tries. Choose the one key or password for this host and try again.`,
    }
  }
  if (/host denied|host key/i.test(text))
    return { code: 'host-key-rejected', message: `The host key of ${where} was not accepted. Nothing was sent.` }
  if (/before handshake|handshake failed/i.test(text) || level === 'handshake') {
    return {
      code: 'server-refused',
      message: `${where} ended the connection during the handshake${text === '' ? '' : ` (${text})`}. Its log may say why.`,
    }
  }
  if (stage === 'open')
    return { code: 'lost', message: `The connection to ${where} was lost${text === '' ? '' : ` (${text})`}.` }
  return { code: 'server-refused', message: `${where} ended the connection${text === '' ? '' : `: ${text}`}.` }
}

/** The sentence for a sign-in that nothing more can be tried for. */
export function signInFailed({ where, methods = [], tried = [] }: FailureContext): Told {
  const takes = methods.length > 0 ? ` It takes ${methods.map(methodName).join(' or ')}.` : ''
  const did = tried.length > 0 ? ` Tried: ${tried.map(methodName).join(', ')}.` : ''
  return { code: 'auth-failed', message: `${where} did not accept the sign-in.${takes}${did}` }
}

function methodName(method: string): string {
  const names: Record<string, string> = {
    publickey: 'a key',
    password: 'a password',
    'keyboard-interactive': 'answers to questions',
  }
  return names[method] ?? cleanLine(method, 40)
}

/** A channel through a jump host was refused (RFC 4254, 5.1): the sentence names the target, and whether it is the jump host that forbids it. */
export function listenRefused(what: string, where: string): AppError {
  const text = `${where} does not let ${what} be listened on. It may be taken over there, or AllowTcpForwarding or PermitListen forbid it.`
  return new AppError('server-refused', text)
}

export function forwardRefused(error: Error, { where, via }: { where: string; via: string }): AppError {
  const text = cleanLine(error.message.replace(/^\(SSH\) Channel open failure: /, ''), 200)
  const told = (code: AppError['code'], message: string) => new AppError(code, message, { cause: error })
  const prohibited = 1
  if ((error as { reason?: unknown }).reason === prohibited || /prohibited/i.test(text))
    return told(
      'server-refused',
      `${via} does not allow connections on to ${where}. Its AllowTcpForwarding or PermitOpen may forbid them.`,
    )
  if (/refused/i.test(text))
    return told(
      'refused',
      `${where} refused the connection from ${via}. Check the port, and that something listens there.`,
    )
  if (/resolve|name or service|not known/i.test(text))
    return told('name-not-found', `${via} does not know the name ${where}. Check its spelling.`)
  if (/timed out|timeout/i.test(text)) return told('timed-out', `${where} did not answer ${via}. Check the address.`)
  return told('unreachable', `${via} can’t reach ${where}${text === '' ? '' : ` (${text})`}.`)
}

/** A session or its terminal or shell was refused on a link that is otherwise well. */
export function shellRefused(error: Error, where: string): AppError {
  const text = cleanLine(error.message.replace(/^\(SSH\) Channel open failure: /, ''), 200)
  return new AppError(
    'server-refused',
    `${where} refused a shell (${text}). It may allow no more sessions, or no shell for this user.`,
    { cause: error },
  )
}

/** The server gives no subsystem for files. */
export function subsystemRefused(error: Error, where: string): AppError {
  // The channel itself was refused (RFC 4254, 5.1): OpenSSH does so when its MaxSessions are open.
  if ('reason' in error)
    return new AppError('too-many-connections', `${where} allows no more sessions on this connection.`, {
      cause: error,
    })
  return new AppError(
    'server-refused',
    `${where} offers no SFTP. Ask whoever runs it to turn on “Subsystem sftp” in its sshd_config.`,
    { cause: error },
  )
}

const telling = ['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']

// Happy eyeballs gathers one error per address: the one that says most about the server wins.
function firstCause(error: Error): Error {
  if (!(error instanceof AggregateError)) return error
  const causes = error.errors as NodeJS.ErrnoException[]
  return telling.map(code => causes.find(cause => cause.code === code)).find(Boolean) ?? causes[0] ?? error
}
