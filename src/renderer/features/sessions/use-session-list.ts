import { useEffect, useRef } from 'react'

import type { TerminalState } from '../../../shared/contract/terminals.ts'
import { targetKey } from '../../../shared/contract/targets.ts'
import { isLive, useTerminalStates } from '../../mirrors/terminals.ts'
import { allPanes, useWorkspace } from '../../workspace/workspace-store.ts'
import type { SessionActions } from './session-actions.ts'
import type { RemoteTarget } from './session-text.ts'
import { useSessions, type HostSessions } from './sessions-state.ts'

// A terminal is attached a moment after its shell has started; several often connect together.
const settleMs = 400

/**
 * The sessions of a host while they are shown. They are listed at once and again whenever a terminal of the host
 * connects or ends, which is when sessions are started and attached.
 */
export function useSessionList(target: RemoteTarget, actions: SessionActions): HostSessions | undefined {
  const key = targetKey(target)
  const tabs = useWorkspace(state => state.tabs)
  const states = useTerminalStates(state => state.states)
  const live = tabs.length === 0 ? '' : liveTerminals(key, states)
  const shown = useRef('')
  useEffect(() => {
    const first = shown.current !== key
    shown.current = key
    const timer = window.setTimeout(() => actions.refresh(target), first ? 0 : settleMs)
    return () => window.clearTimeout(timer)
    // `target` is a new object for each drawing; its key is what counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, live, actions])
  return useSessions(state => state.hosts[key])
}

/** The ids of the live terminals of a host, as one text that changes with them. */
function liveTerminals(key: string, states: Readonly<Record<string, TerminalState>>): string {
  return allPanes()
    .filter(({ id, target }) => targetKey(target) === key && isLive(states[id]))
    .map(({ id }) => id)
    .join(' ')
}
