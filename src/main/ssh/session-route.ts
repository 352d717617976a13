import { AppError } from '../../shared/base/errors.ts'
import type { DialStep } from './dial-step.ts'

/** Emitted by a channel once both sides have closed it. */
export const goneEvent = 'gone'

/** The channel of a session; once it is gone, the connection can open another one. */
export interface Session {
  readonly channel: { once(event: typeof goneEvent, listener: () => void): unknown }
}

export interface RouteOptions {
  readonly signal: AbortSignal
  /** Set if the user is waiting and may be asked when another sign-in is necessary. */
  readonly onStep?: ((step: DialStep) => void) | undefined
}

/** Opens a session on a connection, or on another one of the same login if that one has no sessions left. */
export type SessionRoute<C> = <S extends Session>(open: (on: C) => Promise<S>, options: RouteOptions) => Promise<S>

// RFC 4254, 5.1: SSH_OPEN_UNKNOWN_CHANNEL_TYPE, from a server without any sessions.
const unknownType = 3

/** True if the channel of a session was refused (RFC 4254, 5.1), rather than a request on it. */
export function isSessionRefused({ cause }: AppError): boolean {
  return typeof cause === 'object' && cause !== null && 'reason' in cause && cause.reason !== unknownType
}

/** The server refused the first session of a login that has never had one. */
export function noSessionsError(label: string, { cause }: AppError): AppError {
  const text = `${label} allows no sessions for this user, so terminals, commands and files are not available. Port forwarding may still work.`
  return new AppError('server-refused', text, { cause })
}

/** Another login is necessary, and it can't be made without asking. */
export function needsSecondLogin(label: string, capacity: number, cause: unknown): AppError {
  const sessions = capacity === 1 ? 'one session' : `${capacity} sessions`
  const text = `${label} allows only ${sessions} per connection, and opening another connection needs your input. Close one of its terminals or file panes and try again.`
  return new AppError('too-many-connections', text, { cause })
}

/** All connections that Hawser opens to one host are in use. */
export function allTaken(label: string): AppError {
  const text = `All sessions on ${label} are in use. Close one of its terminals and try again.`
  return new AppError('too-many-connections', text)
}
