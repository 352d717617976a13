import { AppError, messageOf } from '../../shared/base/errors.ts'
import { assertNever } from '../../shared/base/assert-never.ts'

/** How the copy of a remote file that is open in a local editor stands. */
export type EditState =
  /** The copy holds what was last sent or fetched. */
  | { readonly kind: 'clean' }
  /** The copy holds changes that are to be sent now. */
  | { readonly kind: 'dirty' }
  | { readonly kind: 'sending' }
  /** Sending failed for a reason that may pass. It's retried after a while, with `retryMs` null only once the host is back. */
  | { readonly kind: 'waiting'; readonly why: string; readonly retryMs: number | null }
  /** Sending failed, or was put off, for a reason that only a person can change. */
  | { readonly kind: 'held'; readonly why: string }

export type EditEvent =
  /** The copy was read after something had happened in its folder. */
  | { readonly kind: 'looked'; readonly holds: 'what was sent' | 'what was tried' | 'something new' }
  | { readonly kind: 'started' }
  | { readonly kind: 'sent' }
  /** `tries` counts the failures since the last success. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly tries: number }
  | { readonly kind: 'put-off'; readonly why: string }
  /** The time to retry has come, or the host is connected again. */
  | { readonly kind: 'retry' }
  /** A person wants it sent. */
  | { readonly kind: 'asked-to-send' }
  /** A person wants these changes to stay local. */
  | { readonly kind: 'dropped' }

const firstRetryMs = 2_000
const longestRetryMs = 300_000

// The way to the host may be back in a moment.
const passing = new Set<unknown>([
  'lost',
  'timed-out',
  'unreachable',
  'refused',
  'name-not-found',
  'too-many-connections',
  'penalty',
])
// Signing in needs a person: it isn't tried behind their back, but once they are connected again.
const needsSignIn = new Set<unknown>([
  'auth-failed',
  'needs-answer',
  'cancelled',
  'host-key-rejected',
  'key-unusable',
  'vault-locked',
])

/** What becomes of an edit. A new save always counts: no failure keeps later ones from being sent. */
export function nextState(state: EditState, event: EditEvent): EditState {
  switch (event.kind) {
    case 'looked':
      if (event.holds === 'what was sent') return { kind: 'clean' }
      return event.holds === 'what was tried' && isUnsent(state) ? state : { kind: 'dirty' }
    case 'started':
      return { kind: 'sending' }
    case 'sent':
    case 'dropped':
      return { kind: 'clean' }
    case 'failed':
      return afterFailure(event.error, event.tries)
    case 'put-off':
      return { kind: 'held', why: event.why }
    case 'retry':
      return state.kind === 'waiting' ? { kind: 'dirty' } : state
    case 'asked-to-send':
      return isUnsent(state) ? { kind: 'dirty' } : state
    default:
      return assertNever(event)
  }
}

/** True for changes that lie in the copy alone until something happens. */
export function isUnsent(state: EditState): state is Extract<EditState, { readonly why: string }> {
  return state.kind === 'waiting' || state.kind === 'held'
}

function afterFailure(error: unknown, tries: number): EditState {
  const why = messageOf(error)
  const code = error instanceof AppError ? error.code : null
  if (passing.has(code)) {
    const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries, 16))
    return { kind: 'waiting', why, retryMs }
  }
  if (needsSignIn.has(code)) return { kind: 'waiting', why, retryMs: null }
  return { kind: 'held', why }
}
