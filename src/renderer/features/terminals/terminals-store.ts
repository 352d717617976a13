import { create } from 'zustand'

import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { TerminalSnapshot, TerminalState } from '../../../shared/contract/terminals.ts'
import type { Follow } from '../../ipc/mirror.ts'
import type { Tone } from '../../ui/tag.tsx'

/** What to close. */
export type Closable =
  { readonly kind: 'tab'; readonly tabId: string } | { readonly kind: 'pane'; readonly paneId: string }

export interface ClosingRequest {
  readonly what: Closable
  /** The commands that run, as they were typed; null for a shell that waits for one. */
  readonly running: readonly (string | null)[]
}

/** Text that a program wants to put on the clipboard, and that waits for a yes. */
export interface ClipboardQuestion {
  readonly target: Target
  readonly text: string
  readonly to: 'clipboard' | 'selection'
}

interface TerminalsState {
  /** By terminal id; a terminal that was never connected is not in it. */
  readonly states: Readonly<Record<string, TerminalState>>
  /** The pane whose find bar is open. */
  readonly finding: string | null
  /** The pane that just rang. */
  readonly ringing: string | null
  /** By the pane whose program asks. */
  readonly clipboard: Readonly<Record<string, ClipboardQuestion>>
  /** The tab or pane that is closed once a person has said so, and what runs in it. */
  readonly closing: ClosingRequest | null
  /** A paste that waits for a yes. */
  readonly pasting: { readonly paneId: string; readonly text: string; readonly run: boolean } | null
}

export const useTerminals = create<TerminalsState>()(() => ({
  states: {},
  finding: null,
  ringing: null,
  clipboard: {},
  pasting: null,
  closing: null,
}))

/** Keeps this window's states equal to those of main. */
export function mirrorTerminals({ terminals }: Api, follow: Follow): Disposable {
  const show = (all: readonly TerminalSnapshot[]) =>
    useTerminals.setState({ states: Object.fromEntries(all.map(({ id, state }) => [id, state])) })
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
