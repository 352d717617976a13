import type { AppError, ErrorCode } from '../../shared/base/errors.ts'
import { ConnectionError, type ConnectionStage } from './ssh-errors.ts'

const delays = [0, 1, 2, 4, 8, 15, 30] as const
const jitter = 0.2

/**
 * Returns the delay before try `attempt` (from 0) in milliseconds: at once, then 1, 2, 4, 8, 15, then always 30 s, 20 %
 * more or less.
 */
export function retryDelay(attempt: number, random: number): number {
  const seconds = delays[Math.min(attempt, delays.length - 1)] as number
  return Math.round(seconds * 1000 * (1 - jitter + 2 * jitter * random))
}

/** The consequence of a connection failure for what needs the connection. */
export type Verdict = 'retry' | 'ask' | 'needs-you' | 'failed'

const askable = new Set<ErrorCode>(['needs-answer'])
const needsUser = new Set<ErrorCode>([
  'auth-failed',
  'host-key-rejected',
  'cancelled',
  'key-unusable',
  'vault-locked',
  'vault-wrong-password',
  'no-keychain',
])
const hopeless = new Set<ErrorCode>(['no-common-algorithm', 'port-taken', 'not-found', 'invalid-input'])

/**
 * Judges a failure: a lost connection or an unreachable or busy server is retried. Problems that only the user can
 * solve wait for them.
 */
export function judgeFailure(code: ErrorCode, stage: 'connect' | 'listen'): Verdict {
  if (askable.has(code)) return 'ask'
  if (needsUser.has(code)) return 'needs-you'
  // A server that disconnects may be busy; one that refuses to listen will refuse again.
  if (code === 'server-refused') return stage === 'listen' ? 'failed' : 'retry'
  return hopeless.has(code) ? 'failed' : 'retry'
}

// Closed before the identification: by a port forwarder with nothing behind it, or because of MaxStartups.
const shut = new Set<ErrorCode>(['server-refused', 'too-many-connections'])
const unanswered = new Set<ConnectionStage>(['connecting', 'connected'])
const away = new Set<ErrorCode>(['refused', 'unreachable', 'name-not-found', 'timed-out', 'lost'])

/** True if no SSH server identified itself; one that did and then turned Hawser away is not asked more often. */
export function isUnanswered(error: AppError): boolean {
  if (!(error instanceof ConnectionError) || !unanswered.has(error.stage)) return false
  return away.has(error.code) || shut.has(error.code)
}

/** True if a probe of the port would show that the server is back. */
export function isAway(error: AppError): boolean {
  return away.has(error.code) || isUnanswered(error)
}
