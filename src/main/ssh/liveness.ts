/**
 * Decides whether the server still answers, as a pure state machine over times in milliseconds. Any byte counts as
 * life; silence alone proves nothing, so a probe is sent before a stall is reported.
 */
export interface Liveness {
  readonly lastHeard: number
  /** When the oldest unanswered data was sent. */
  readonly waitingSince: number | null
  /** When the unanswered probe was sent. */
  readonly probeSentAt: number | null
}

export type LivenessVerdict =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'stalled'; readonly seconds: number }
  | { readonly kind: 'lost'; readonly seconds: number }

// A response is expected soon after typing; a probe distinguishes a silent program from a dead connection.
const typedProbeMs = 3_000
const stalledMs = 5_000

export function alive(now: number): Liveness {
  return { lastHeard: now, waitingSince: null, probeSentAt: null }
}

export function sent(state: Liveness, now: number): Liveness {
  return state.waitingSince === null ? { ...state, waitingSince: now } : state
}

export function probed(state: Liveness, now: number): Liveness {
  return { ...state, waitingSince: state.waitingSince ?? now, probeSentAt: now }
}

/** How long to wait before probing a silent server, and before giving up a probe without an answer. */
export interface LivenessLimits {
  readonly idleProbeMs: number
  readonly lostMs: number
}

export const usualLimits: LivenessLimits = { idleProbeMs: 15_000, lostMs: 45_000 }

/** Converts ServerAliveInterval and ServerAliveCountMax of ssh_config(5); an interval of 0 keeps the defaults. */
export function limitsFrom(aliveMs: number, count: number): LivenessLimits {
  if (aliveMs <= 0) return usualLimits
  return { idleProbeMs: aliveMs, lostMs: Math.max(aliveMs * Math.max(count, 1), typedProbeMs) }
}

/** Returns what to do now; call it about once a second. */
export function judgeLiveness(state: Liveness, now: number, limits: LivenessLimits = usualLimits): LivenessVerdict {
  const { idleProbeMs, lostMs } = limits
  const { waitingSince, probeSentAt, lastHeard } = state
  if (probeSentAt === null) {
    const due = waitingSince !== null && now - waitingSince >= typedProbeMs
    return due || now - lastHeard >= idleProbeMs ? { kind: 'probe' } : { kind: 'quiet' }
  }
  const silent = now - (waitingSince ?? probeSentAt)
  // After sleep, hours may have passed: the probe itself must have had its time.
  if (silent >= lostMs && now - probeSentAt >= lostMs - typedProbeMs)
    return { kind: 'lost', seconds: Math.floor(silent / 1000) }
  if (silent >= stalledMs) return { kind: 'stalled', seconds: Math.floor(silent / 1000) }
  return { kind: 'quiet' }
}
