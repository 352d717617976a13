/**
 * Whether the other side still answers, as a pure machine over times in milliseconds. Any byte counts as life; silence
 * alone means nothing, so a probe is sent before anything is said.
 */
export interface Liveness {
  readonly lastHeard: number
  /** When the first thing was sent that nothing has answered yet. */
  readonly waitingSince: number | null
  /** When the unanswered probe was sent. */
  readonly probeSentAt: number | null
}

export type LivenessVerdict =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'stalled'; readonly seconds: number }
  | { readonly kind: 'lost'; readonly seconds: number }

// After typing, an answer is due soon; a probe tells a quiet program from a dead link.
const typedProbeMs = 3_000
const stalledMs = 10_000

export function alive(now: number): Liveness {
  return { lastHeard: now, waitingSince: null, probeSentAt: null }
}

export function sent(state: Liveness, now: number): Liveness {
  return state.waitingSince === null ? { ...state, waitingSince: now } : state
}

export function probed(state: Liveness, now: number): Liveness {
  return { ...state, waitingSince: state.waitingSince ?? now, probeSentAt: now }
}

/** After how long without a word a probe is sent, and after how long without an answer the link is given up. */
export interface LivenessLimits {
  readonly idleProbeMs: number
  readonly lostMs: number
}

export const usualLimits: LivenessLimits = { idleProbeMs: 15_000, lostMs: 45_000 }

/** ServerAliveInterval and ServerAliveCountMax of ssh_config(5); an interval of 0 leaves the usual limits. */
export function limitsFrom(aliveMs: number, count: number): LivenessLimits {
  if (aliveMs <= 0) return usualLimits
  return { idleProbeMs: aliveMs, lostMs: Math.max(aliveMs * Math.max(count, 1), typedProbeMs) }
}

/** What to do now; call it about once a second. */
export function judgeLiveness(state: Liveness, now: number, limits: LivenessLimits = usualLimits): LivenessVerdict {
  const { idleProbeMs, lostMs } = limits
  const { waitingSince, probeSentAt, lastHeard } = state
  if (probeSentAt === null) {
    const due = waitingSince !== null && now - waitingSince >= typedProbeMs
    return due || now - lastHeard >= idleProbeMs ? { kind: 'probe' } : { kind: 'quiet' }
  }
  const silent = now - (waitingSince ?? probeSentAt)
  // A machine that slept wakes with hours behind it: the probe itself must have had its time.
  if (silent >= lostMs && now - probeSentAt >= lostMs - typedProbeMs)
    return { kind: 'lost', seconds: Math.floor(silent / 1000) }
  if (silent >= stalledMs) return { kind: 'stalled', seconds: Math.floor(silent / 1000) }
  return { kind: 'quiet' }
}
