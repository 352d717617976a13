import { create } from 'zustand'

import type { Target } from '../../../shared/contract/targets.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'

/** What to close. */
export type Closable =
  { readonly kind: 'tab'; readonly tabId: string } | { readonly kind: 'pane'; readonly paneId: string }

/** What is closed once the user has said how. */
export interface ClosingRequest {
  readonly what: Closable
  /** The commands that run, as they were typed; null for a shell that waits for one. */
  readonly running: readonly (string | null)[]
  /** The panes whose shells Hawser keeps in sessions of their own. */
  readonly kept: readonly Pane[]
  /** Set for a window of a tmux session that has others. */
  readonly window?: {
    readonly title: string
    readonly tabs: number
    /** False without a connection: tmux can't be told to close it. */
    readonly canClose: boolean
  }
}

/** Text that a program wants to put on the clipboard, and that waits for a yes. */
export interface ClipboardQuestion {
  readonly target: Target
  readonly text: string
  readonly to: 'clipboard' | 'selection'
}

interface TerminalsView {
  /** The pane whose find bar is open. */
  readonly finding: string | null
  /** The pane that just rang. */
  readonly ringing: string | null
  /** By the pane whose program asks. */
  readonly clipboard: Readonly<Record<string, ClipboardQuestion>>
  /** The tab or pane that is closed once a person has said so, and what runs in it. */
  readonly closing: ClosingRequest | null
  /** By pane: the number of keys that were typed without a connection. */
  readonly unsent: Readonly<Record<string, number>>
  /** A paste that waits for a yes. */
  readonly pasting: { readonly paneId: string; readonly text: string; readonly run: boolean } | null
}

export const useTerminals = create<TerminalsView>()(() => ({
  finding: null,
  ringing: null,
  clipboard: {},
  pasting: null,
  unsent: {},
  closing: null,
}))
