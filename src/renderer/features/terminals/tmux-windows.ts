import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { TerminalId, TerminalSize } from '../../../shared/contract/terminals.ts'
import type { TmuxSession } from '../../../shared/contract/tmux.ts'
import { setTmuxOwner, type TmuxOwner } from '../../workspace/arrange.ts'
import type { Side } from '../../workspace/split-tree.ts'
import { isTmuxTab, leaveTmuxSession, showTmuxSessions } from '../../workspace/tmux-tabs.ts'
import { activateTab, activeTerminals, tabWith, useWorkspace } from '../../workspace/workspace-store.ts'

type TmuxApi = Api['tmux']

/** Has tmux arrange its windows and panes as the user wishes, and shows them as tmux says that they are. */
export class TmuxWindows implements TmuxOwner, Disposable {
  readonly #api: TmuxApi
  readonly #onProblem: (error: unknown) => void
  readonly #stop: () => void
  /** True while the tabs are changed to what tmux says, which it need not be told. */
  #isShowing = false
  #selected: TerminalId | undefined
  /** Selections that tmux hasn't confirmed. What it says meanwhile may be older than they are. */
  #unconfirmed = 0

  constructor(api: TmuxApi, onProblem: (error: unknown) => void) {
    this.#api = api
    this.#onProblem = onProblem
    setTmuxOwner(this)
    this.#stop = useWorkspace.subscribe(() => this.#select())
  }

  show(sessions: readonly TmuxSession[]): void {
    this.#isShowing = true
    try {
      showTmuxSessions(sessions, { keepsActive: this.#unconfirmed > 0 })
    } finally {
      this.#isShowing = false
    }
    this.#selected = activeTmuxPane()
  }

  split(id: TerminalId, side: Side): void {
    this.#do(this.#api.split({ id, side }))
  }

  zoom(id: TerminalId): void {
    this.#do(this.#api.zoom({ id }))
  }

  rename(id: TerminalId, name: string): void {
    this.#do(this.#api.rename({ id, name: name.slice(0, 100) }))
  }

  moveWindow(id: TerminalId, to: TerminalId): void {
    this.#do(this.#api.moveWindow({ id, to }))
  }

  movePane(id: TerminalId, to: { readonly id: TerminalId; readonly side: Side } | null): void {
    this.#do(this.#api.movePane({ id, to }))
  }

  /** Opens a window next to that of the pane, and shows it. */
  async newWindow(id: TerminalId): Promise<void> {
    try {
      this.#reveal(await this.#api.newWindow({ id }))
    } catch (error) {
      this.#onProblem(error)
    }
  }

  closePane(id: TerminalId): void {
    this.#do(this.#api.closePane({ id }))
  }

  closeWindow(id: TerminalId): void {
    this.#do(this.#api.closeWindow({ id }))
  }

  /** Closes the tabs of the pane's session, which goes on without them. */
  leave(id: TerminalId): void {
    const tab = tabWith(id)
    if (!isTmuxTab(tab)) return
    leaveTmuxSession(tab.tmux.session)
    this.#do(this.#api.detach({ id }))
  }

  resizeWindow(id: TerminalId, size: TerminalSize): void {
    // Without a connection there is nobody to tell; the tab tells it again once there is.
    void this.#api.resizeWindow({ id, size }).catch(() => {})
  }

  resizePane(id: TerminalId, size: { readonly cols: number } | { readonly rows: number }): void {
    this.#do(this.#api.resizePane({ id, size }))
  }

  clearHistory(id: TerminalId): void {
    this.#do(this.#api.clearHistory({ id }))
  }

  dispose(): void {
    this.#stop()
    setTmuxOwner(undefined)
  }

  /** The pane and the tab in use are those of tmux, so that the session comes back with them. */
  #select(): void {
    const id = activeTmuxPane()
    if (this.#isShowing || id === this.#selected) return
    this.#selected = id
    if (id !== undefined) void this.#tellSelected(id)
  }

  async #tellSelected(id: TerminalId): Promise<void> {
    this.#unconfirmed++
    // A pane without a connection is selected when the user uses it again.
    await this.#api.select({ id }).catch(() => {})
    this.#unconfirmed--
    if (this.#unconfirmed > 0) return
    const sessions = await this.#api.list().catch(() => null)
    if (sessions) this.show(sessions)
  }

  /** Activates the tab of a pane, as soon as there is one. */
  #reveal(id: TerminalId): void {
    const tab = tabWith(id)
    if (tab) return activateTab(tab.id)
    const stop = useWorkspace.subscribe(() => {
      const found = tabWith(id)
      if (!found) return
      stop()
      activateTab(found.id)
    })
  }

  #do(work: Promise<void>): void {
    void work.catch(this.#onProblem)
  }
}

/** The pane of the active tab if it is one of tmux. */
export function activeTmuxPane(): TerminalId | undefined {
  const tab = activeTerminals()
  return isTmuxTab(tab) ? tab.activePane : undefined
}
