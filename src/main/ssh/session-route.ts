import { AppError } from '../../shared/base/errors.ts'
import type { DialStep } from './dial-step.ts'

/** Announced by a channel once both sides have closed it. */
export const goneEvent = 'gone'

/** A session's channel; once it is gone its place on the connection is free again. */
export interface Session {
  readonly channel: { once(event: typeof goneEvent, listener: () => void): unknown }
}

export interface RouteOptions {
  readonly signal: AbortSignal
  /** Set where a person waits and may be asked, should another sign-in need an answer. */
  readonly onStep?: ((step: DialStep) => void) | undefined
}

/** Opens a session on a connection, or on another one of the same login where that one takes no more. */
export type SessionRoute<C> = <S extends Session>(open: (on: C) => Promise<S>, options: RouteOptions) => Promise<S>

// RFC 4254, 5.1: SSH_OPEN_UNKNOWN_CHANNEL_TYPE, from a server that has no sessions at all.
const unknownType = 3

/** True where the channel of a session was refused (RFC 4254, 5.1), not what was asked for on it. */
export function isSessionRefused({ cause }: AppError): boolean {
  return typeof cause === 'object' && cause !== null && 'reason' in cause && cause.reason !== unknownType
}

/** The server refused the first session of a login that has never carried one. */
export function noSessionsThere(label: string, { cause }: AppError): AppError {
  const text = `${label} allows no sessions for this user, so terminals, commands and files are not available. Port forwarding may still work.`
  return new AppError('server-refused', text, { cause })
}

/** Another login is needed, and it can't be made without asking somebody. */
export function needsSecondLogin(label: string, capacity: number, cause: unknown): AppError {
  const sessions = capacity === 1 ? 'one session' : `${capacity} sessions`
  const text = `${label} allows only ${sessions} per connection, and opening another connection needs your input. Close one of its terminals or file panes and try again.`
  return new AppError('too-many-connections', text, { cause })
}

/** As many connections as Hawser opens to one host are in use. */
export function allTaken(label: string): AppError {
  const text = `All sessions on ${label} are in use. Close one of its terminals and try again.`
  return new AppError('too-many-connections', text)
}
