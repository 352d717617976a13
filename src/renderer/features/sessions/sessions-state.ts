import { create } from 'zustand'

import type { HostSession, SessionList } from '../../../shared/contract/sessions.ts'
import { targetKey } from '../../../shared/contract/targets.ts'
import type { RemoteTarget } from './session-text.ts'

/** What is known of a host’s sessions. */
export interface HostSessions {
  /** Null before the first answer. */
  readonly list: SessionList | null
  /** The time of the answer, in milliseconds. */
  readonly at: number
  readonly busy: boolean
  /** True if the host was not connected when it was last looked at. */
  readonly offline: boolean
  readonly error: string | null
}

export type SessionDialog =
  | { readonly kind: 'new'; readonly target: RemoteTarget }
  | { readonly kind: 'rename'; readonly target: RemoteTarget; readonly session: HostSession }
  | {
      readonly kind: 'end'
      readonly target: RemoteTarget
      readonly sessions: readonly HostSession[]
      readonly all: boolean
    }

interface SessionsView {
  /** By `targetKey`. */
  readonly hosts: Readonly<Record<string, HostSessions>>
  readonly dialog: SessionDialog | null
}

const unknown: HostSessions = { list: null, at: 0, busy: false, offline: false, error: null }

export const useSessions = create<SessionsView>()(() => ({ hosts: {}, dialog: null }))

export function openSessionDialog(dialog: SessionDialog | null): void {
  useSessions.setState({ dialog })
}

/** What is known of a target’s sessions. */
export function sessionsOf(target: RemoteTarget): HostSessions {
  return useSessions.getState().hosts[targetKey(target)] ?? unknown
}

/** Changes what is known of a target’s sessions. */
export function noteSessions(target: RemoteTarget, change: Partial<HostSessions>): void {
  const key = targetKey(target)
  useSessions.setState(({ hosts }) => ({ hosts: { ...hosts, [key]: { ...(hosts[key] ?? unknown), ...change } } }))
}
