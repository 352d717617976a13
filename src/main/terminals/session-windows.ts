import { randomUUID } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { sessionRun, type SessionRun } from '../../shared/contract/session-run.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import type { TmuxLayout, TmuxWindow } from '../../shared/contract/tmux.ts'
import type { AttachedSession } from '../tmux/attached-session.ts'
import type { ControlWindow } from '../tmux/control-windows.ts'
import { panesOf, type Layout } from '../tmux/layout.ts'
import type { DrawnShell } from './shell.ts'

export interface SessionWindowsParts {
  /** The session as it was asked for. */
  readonly run: SessionRun | undefined
  /** Shows a pane in a terminal, which is new or has lost the shell that it had. */
  readonly show: (id: TerminalId, shell: DrawnShell) => void
  /** The pane of a terminal has gone. */
  readonly remove: (id: TerminalId) => void
  readonly onChanged: () => void
}

/** Which terminal shows which pane of a tmux session. They stay the same when the session is attached again. */
export class SessionWindows implements Disposable {
  readonly id: string = randomUUID()
  readonly #parts: SessionWindowsParts
  readonly #terminals = new Map<number, TerminalId>()
  #attached: AttachedSession | undefined
  #identity = ''
  #windows: readonly TmuxWindow[] = []
  #run: SessionRun | undefined

  constructor(parts: SessionWindowsParts) {
    this.#parts = parts
    this.#run = parts.run
  }

  /** How to attach to the session again, even if it has been renamed. */
  get run(): SessionRun | undefined {
    return this.#run
  }

  /** The windows as they were last known. */
  get windows(): readonly TmuxWindow[] {
    return this.#windows
  }

  /** Attaches the terminals to their panes. `opener` gets one in any case: its own, or the active one. */
  use(attached: AttachedSession, opener: TerminalId): void {
    this.#attached?.dispose()
    this.#attached = attached
    const before = attached.identity === this.#identity ? new Map(this.#terminals) : new Map<number, TerminalId>()
    for (const [pane, id] of this.#terminals) if (!before.has(pane) && id !== opener) this.#parts.remove(id)
    this.#identity = attached.identity
    this.#terminals.clear()
    const panes = panesIn(attached.windows)
    const own = [...before].find(([pane, id]) => id === opener && panes.has(pane))
    const active = attached.windows.find(({ isActive }) => isActive) ?? attached.windows[0]
    if (!own && active) {
      const taken = before.get(active.activePane)
      if (taken !== undefined && taken !== opener) this.#parts.remove(taken)
      before.set(active.activePane, opener)
    }
    for (const [pane, id] of before) {
      if (panes.has(pane)) this.#show(pane, id)
      else if (id !== opener) this.#parts.remove(id)
    }
    this.#sync(attached)
    attached.onChanged(() => this.#sync(attached))
  }

  /** The session, while it is attached. Errors: `lost`. */
  get attached(): AttachedSession {
    if (!this.#attached) throw new AppError('lost', 'This tmux session is not connected.')
    return this.#attached
  }

  /** The connection was lost. */
  lose(): void {
    this.#attached = undefined
  }

  /** The pane of a terminal, and its window. Errors: `not-found`. */
  placeOf(id: TerminalId): { readonly pane: number; readonly window: number } {
    const pane = [...this.#terminals].find(([, each]) => each === id)?.[0]
    const window = this.#attached?.windows.find(({ layout }) => panesOf(layout).some(each => each.pane === pane))
    if (pane === undefined || !window) throw new AppError('not-found', 'This tmux pane has gone.')
    return { pane, window: window.id }
  }

  /** The terminal that shows a pane. Errors: `not-found`. */
  terminalIn(pane: number): TerminalId {
    const id = this.#terminals.get(pane)
    if (id === undefined) throw new AppError('not-found', 'This tmux pane has gone.')
    return id
  }

  /** Leaves the session, which keeps running. */
  dispose(): void {
    this.#attached?.dispose()
    this.#attached = undefined
  }

  #sync(attached: AttachedSession): void {
    if (this.#attached !== attached) return
    const panes = panesIn(attached.windows)
    this.#run = runOf(this.#run, attached)
    this.#windows = attached.windows.map(window => this.#shown(window))
    for (const [pane, id] of this.#terminals) {
      if (panes.has(pane)) continue
      this.#terminals.delete(pane)
      this.#parts.remove(id)
    }
    this.#parts.onChanged()
  }

  /** The terminal of a pane; a new pane gets one. */
  #terminalOf(pane: number): TerminalId {
    const known = this.#terminals.get(pane)
    if (known) return known
    const id = randomUUID() as string as TerminalId
    this.#show(pane, id)
    return id
  }

  #show(pane: number, id: TerminalId): void {
    this.#terminals.set(pane, id)
    this.#parts.show(id, this.attached.pane(pane))
  }

  #shown({ id, name, isNamedByProgram, activePane, layout, visible, isZoomed }: ControlWindow): TmuxWindow {
    return {
      id,
      name,
      isNamedByProgram,
      isZoomed,
      layout: this.#layout(layout),
      visible: this.#layout(visible),
      activePane: this.#terminalOf(activePane),
    }
  }

  #layout(layout: Layout): TmuxLayout {
    const { width, height } = layout
    if (layout.kind === 'pane') return { width, height, kind: 'pane', paneId: this.#terminalOf(layout.pane) }
    return { width, height, kind: layout.kind, parts: layout.parts.map(part => this.#layout(part)) }
  }
}

function runOf(run: SessionRun | undefined, { name, known }: AttachedSession): SessionRun | undefined {
  const now = sessionRun.safeParse({ ...run, session: name, known })
  return now.success ? now.data : run
}

function panesIn(windows: readonly ControlWindow[]): ReadonlySet<number> {
  return new Set(windows.flatMap(({ layout }) => panesOf(layout)).map(({ pane }) => pane))
}
