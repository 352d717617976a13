import { AppError } from '../../../shared/base/errors.ts'
import { DisposableStore, type Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { TerminalId, TerminalState } from '../../../shared/contract/terminals.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import type { Ports } from '../../ipc/ports.ts'
import { isLive, isReconnecting, useTerminalStates } from '../../mirrors/terminals.ts'
import { livingPanes, useWorkspace } from '../../workspace/workspace-store.ts'
import type { Hold } from './held-input.ts'
import type { TerminalClient } from './terminal-client.ts'

export interface ReturningShellsParts {
  readonly api: Api
  readonly ports: Ports
  /** The client of a pane, which is made if need be. */
  readonly client: (id: TerminalId, target: Target) => TerminalClient
  readonly known: (id: string) => TerminalClient | undefined
  /** True while the pane is being connected on request, which attaches it by itself. */
  readonly isOpening: (id: string) => boolean
  /** Called when a new shell is attached; `again` if it replaced a lost one. */
  readonly onOpened: (pane: Pane, again: boolean) => void
  readonly onProblem: (error: unknown) => void
}

/**
 * Follows shells that come and go without this page asking for it: those that an earlier page left running, and those
 * that main replaces after a lost connection.
 */
export class ReturningShells implements Disposable {
  readonly #parts: ReturningShellsParts
  readonly #store = new DisposableStore()
  readonly #attaching = new Set<string>()
  // Panes whose next shell is on its way.
  readonly #awaited = new Set<string>()
  // Those of the last run whose first shell is on its way.
  readonly #restored = new Set<string>()

  constructor(parts: ReturningShellsParts) {
    this.#parts = parts
    // The news of the shells and their panes come in any order.
    for (const store of [useWorkspace, useTerminalStates])
      this.#store.add({ dispose: store.subscribe(() => this.#follow()) })
  }

  /** Connects a pane of the last run again. */
  async restore({ id, target, run }: Pane): Promise<void> {
    this.#restored.add(id)
    this.#awaited.add(id)
    const { size } = this.#parts.client(id, target)
    await this.#parts.api.terminals.restore({ id, target, size, ...(run ? { run } : {}) })
  }

  dispose(): void {
    this.#store.dispose()
  }

  #follow(): void {
    const { states } = useTerminalStates.getState()
    for (const pane of livingPanes()) {
      const state = states[pane.id]
      if (isGone(state)) this.#lose(pane.id)
      // A shell that ended at once has said why.
      const hasShell = isLive(state) || (state?.kind === 'exited' && this.#awaited.has(pane.id))
      if (!hasShell || this.#parts.isOpening(pane.id) || this.#attaching.has(pane.id)) continue
      const client = this.#parts.client(pane.id, pane.target)
      if (!client.connected) void this.#attach(pane, client).catch(this.#parts.onProblem)
    }
  }

  #lose(id: string): void {
    this.#parts.known(id)?.lose()
    this.#awaited.add(id)
  }

  async #attach(pane: Pane, client: TerminalClient): Promise<void> {
    const isNext = client.isLost
    // What is typed from now on must neither get lost on the way nor come before the way to the old folder.
    const held = isNext ? client.holdInput() : null
    try {
      if (!(await this.#connect(pane, client))) return
      // The window may have been resized meanwhile.
      await this.#parts.api.terminals.resize({ id: pane.id, size: client.size })
      if (held) await this.#restoreFolder(pane, client, held)
    } finally {
      held?.dispose()
    }
    if (this.#restored.delete(pane.id) || isNext) this.#parts.onOpened(pane, isNext)
  }

  /** Gets the port of a shell. Returns false if that has ended. */
  async #connect({ id }: Pane, client: TerminalClient): Promise<boolean> {
    this.#attaching.add(id)
    const portId = crypto.randomUUID()
    const ports = this.#parts.ports.expect(portId, port => client.connect(port))
    client.expectShell()
    try {
      await this.#parts.api.terminals.attach({ id, portId })
      await client.arrived
    } catch (error) {
      // It ended on the way, and another page has received what it said.
      if (error instanceof AppError && error.code === 'not-found') return false
      throw error
    } finally {
      this.#awaited.delete(id)
      this.#attaching.delete(id)
      ports.dispose()
    }
    return isLive(useTerminalStates.getState().states[id])
  }

  /** Takes the new shell to the folder that the lost one was last in. A session has kept its own. */
  async #restoreFolder({ target, run }: Pane, client: TerminalClient, held: Hold): Promise<void> {
    const path = client.folders.startOver()
    if (path === null || run !== undefined) return
    await client.settled()
    const line = await this.#parts.api.terminals.lineFor({ target, request: { kind: 'folder', path } })
    if (held.release(`${line}\r`)) client.folders.reached()
  }
}

function isGone(state: TerminalState | undefined): boolean {
  return isReconnecting(state) || state?.kind === 'lost'
}
