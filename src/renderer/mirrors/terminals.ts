import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { TerminalSnapshot, TerminalState } from '../../shared/contract/terminals.ts'
import type { Follow } from '../ipc/mirror.ts'
import type { Tone } from '../ui/tag.tsx'

interface TerminalsMirror {
  /** By terminal id; a terminal that was never connected is not in it. */
  readonly states: Readonly<Record<string, TerminalState>>
}

export const useTerminalStates = create<TerminalsMirror>()(() => ({
  states: {},
}))

/** Mirrors the states of main's terminals. */
export function mirrorTerminals({ terminals }: Api, follow: Follow): Disposable {
  const show = (all: readonly TerminalSnapshot[]) =>
    useTerminalStates.setState({ states: Object.fromEntries(all.map(({ id, state }) => [id, state])) })
  return follow({ name: 'the terminals', list: terminals.list, onChanged: terminals.onChanged, show })
}

/** How a state looks as a dot, and in words. */
export function lookOf(state: TerminalState | undefined): { readonly tone: Tone; readonly state: string } {
  switch (state?.kind) {
    case undefined:
      return { tone: 'none', state: 'not connected' }
    case 'connecting':
      return { tone: 'warn', state: 'connecting' }
    case 'asking':
      return { tone: 'warn', state: 'waiting for your response' }
    case 'ready':
      return { tone: 'ok', state: 'connected' }
    case 'stalled':
      return { tone: 'warn', state: `no response for ${state.seconds} s` }
    case 'reconnecting':
      return { tone: 'warn', state: 'reconnecting' }
    case 'sign-in':
      return { tone: 'warn', state: 'sign-in needed' }
    case 'lost':
      return { tone: 'bad', state: 'connection lost' }
    case 'failed':
      return { tone: 'bad', state: 'not connected' }
    case 'exited':
      return { tone: 'none', state: 'exited' }
  }
}

/** The weak algorithms that a live connection uses. */
export function weakOf(state: TerminalState | undefined): readonly string[] {
  return state?.kind === 'ready' ? state.weak : []
}

export function weakText(weak: readonly string[]): string {
  return `Weak algorithms in use: ${[...new Set(weak)].join(', ')}`
}

/** True while there is a shell that takes input. */
export function isLive(state: TerminalState | undefined): boolean {
  return state?.kind === 'ready' || state?.kind === 'stalled'
}

/** True while a connection is on its way. */
export function isOpening(state: TerminalState | undefined): boolean {
  return state?.kind === 'connecting' || state?.kind === 'asking'
}

/** True while a lost terminal reconnects automatically, or waits for somebody to sign in. */
export function isReconnecting(state: TerminalState | undefined): boolean {
  return state?.kind === 'reconnecting' || state?.kind === 'sign-in'
}

/**
 * Marks a terminal that was opened as ready, which main may not have announced yet: until then its state is the one
 * `before`, or a step on the way. Returns false if its shell has ended already.
 */
export function noteOpened(paneId: string, before: TerminalState | undefined): boolean {
  const { states } = useTerminalStates.getState()
  const state = states[paneId]
  if (isLive(state)) return true
  if (state !== before && !isOpening(state)) return false
  useTerminalStates.setState({ states: { ...states, [paneId]: { kind: 'ready', latencyMs: null, weak: [] } } })
  return true
}
