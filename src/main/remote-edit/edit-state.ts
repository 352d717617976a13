import { AppError, messageOf } from '../../shared/base/errors.ts'
import { assertNever } from '../../shared/base/assert-never.ts'

/** The state of the local copy of a remote file that is open in an editor. */
export type EditState =
  /** The copy equals the last upload or download. */
  | { readonly kind: 'clean' }
  /** The copy has changes to upload now. */
  | { readonly kind: 'dirty' }
  | { readonly kind: 'sending' }
  /**
   * The upload failed for a temporary reason. It is retried after `retryMs`, or with null once the host is connected
   * again.
   */
  | { readonly kind: 'waiting'; readonly why: string; readonly retryMs: number | null }
  /** The upload failed, or was postponed, for a reason that only the user can change. */
  | { readonly kind: 'held'; readonly why: string }

export type EditEvent =
  /** The copy was read after a change in its folder. */
  | { readonly kind: 'looked'; readonly holds: 'what was sent' | 'what was tried' | 'something new' }
  | { readonly kind: 'started' }
  | { readonly kind: 'sent' }
  /** `tries` counts the failures since the last success. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly tries: number }
  | { readonly kind: 'put-off'; readonly why: string }
  /** It is time to retry, or the host is connected again. */
  | { readonly kind: 'retry' }
  /** The user requested the upload. */
  | { readonly kind: 'asked-to-send' }
  /** The user wants these changes to stay local. */
  | { readonly kind: 'dropped' }

const firstRetryMs = 2_000
const longestRetryMs = 300_000

// The connection to the host may soon be back.
const temporaryCodes = new Set<unknown>([
  'lost',
  'timed-out',
  'unreachable',
  'refused',
  'name-not-found',
  'too-many-connections',
  'penalty',
])
// Signing in needs the user: it is not attempted in the background, only after the next connection.
const needsSignIn = new Set<unknown>([
  'auth-failed',
  'needs-answer',
  'cancelled',
  'host-key-rejected',
  'key-unusable',
  'vault-locked',
])

/** Computes the next state of an edit. A new save always counts: no failure keeps later ones from being uploaded. */
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

/** True for changes that stay in the copy until something happens. */
export function isUnsent(state: EditState): state is Extract<EditState, { readonly why: string }> {
  return state.kind === 'waiting' || state.kind === 'held'
}

function afterFailure(error: unknown, tries: number): EditState {
  const why = messageOf(error)
  const code = error instanceof AppError ? error.code : null
  if (temporaryCodes.has(code)) {
    const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(tries, 16))
    return { kind: 'waiting', why, retryMs }
  }
  if (needsSignIn.has(code)) return { kind: 'waiting', why, retryMs: null }
  return { kind: 'held', why }
}
