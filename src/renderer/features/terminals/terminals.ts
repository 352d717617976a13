import type { ITerminalOptions } from '@xterm/xterm'

import { AppError } from '../../../shared/base/errors.ts'
import { DisposableStore, type Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Settings } from '../../../shared/contract/settings.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { TerminalId } from '../../../shared/contract/terminals.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import type { Ports } from '../../ipc/ports.ts'
import { isTmuxTab } from '../../workspace/tmux-tabs.ts'
import { allPanes, livingPanes, setTitle, tabWith, useWorkspace } from '../../workspace/workspace-store.ts'
import { ClipboardGate } from './clipboard-gate.ts'
import { ClosedTabs } from './closed-tabs.ts'
import { HeldKeys } from './held-keys.ts'
import type { KeyPlatform, KeyStroke } from './key-stroke.ts'
import { asPasted, cleanPaste, forConsole, needsConfirmation } from './paste.ts'
import { ReturningShells } from './returning-shells.ts'
import { TerminalClient } from './terminal-client.ts'
import { UnsentKeys } from './unsent-keys.ts'
import { isLive, isOpening, isReconnecting, noteOpened, useTerminalStates } from '../../mirrors/terminals.ts'
import { useTerminals } from './terminals-state.ts'
import { TmuxWindows } from './tmux-windows.ts'
import { typeCommand } from './typed-command.ts'
import { terminalOptions, type LookOverride } from './terminal-options.ts'
import { Emitter } from '../../../shared/base/event.ts'
import type { OpenedShell, Shells } from '../../workspace/shells.ts'
import { beep } from './bell-sound.ts'

export interface TerminalsParts {
  /** Opens a link of a terminal on this target. */
  readonly openLink: (target: Target, address: string) => void
  readonly api: Api
  readonly ports: Ports
  readonly settings: () => Settings
  readonly isDark: () => boolean
  readonly lookFor: (target: Target) => LookOverride
  /** Returns true if the app used the key. `toShell` is true if a shell would receive it otherwise. */
  readonly onKey: (event: KeyboardEvent, toShell: boolean) => boolean
  readonly onProblem: (text: string) => void
  /** Called with news that the user should see, but need not act on. */
  readonly onNotice: (text: string) => void
  /** The name of a target in the interface. */
  readonly labelOf: (target: Target) => string
  readonly changeSettings: (patch: Partial<Settings['terminal']>) => void
  readonly platform: KeyPlatform
  /** The version of Hawser. */
  readonly version: string
}

export interface PasteOptions {
  readonly confirmed?: boolean
  readonly run?: boolean
}

const resizeMs = 60
const ringMs = 150

/** All terminals of this window: one client per pane, made when it is first shown and kept until the pane is gone. */
export class Terminals implements Disposable, Shells {
  readonly #parts: TerminalsParts
  readonly #clients = new Map<string, TerminalClient>()
  readonly #store = new DisposableStore()
  readonly #resizes = new Map<string, number>()
  // Terminals whose port has not arrived yet.
  readonly #opening = new Set<string>()
  readonly #held = this.#store.add(new HeldKeys(window))
  readonly #clipboard: ClipboardGate
  readonly #returning: ReturningShells
  readonly #unsent = new UnsentKeys()
  readonly tmux: TmuxWindows
  readonly #opened = this.#store.add(new Emitter<OpenedShell>())
  readonly onOpened = this.#opened.event

  constructor(parts: TerminalsParts) {
    this.#parts = parts
    this.#clipboard = this.#store.add(
      new ClipboardGate({
        settings: () => parts.settings().terminal,
        labelOf: parts.labelOf,
        write: (text, to) => void parts.api.app.copy({ text, to }).catch(this.#showNotice),
        remember: hosts => parts.changeSettings({ clipboardHosts: [...hosts] }),
        onNotice: parts.onNotice,
      }),
    )
    this.tmux = this.#store.add(new TmuxWindows(parts.api.tmux, this.#showNotice))
    // Closing a pane disposes its terminal and ends its shell.
    this.#store.add({ dispose: useWorkspace.subscribe(() => this.#sweep()) })
    this.#store.add(new ClosedTabs())
    this.#returning = this.#store.add(
      new ReturningShells({
        api: parts.api,
        ports: parts.ports,
        client: (id, target) => this.client(id, target),
        known: id => this.#clients.get(id),
        isOpening: id => this.#opening.has(id),
        onOpened: ({ id, target }, again) => this.#opened.fire({ paneId: id, target, again }),
        onProblem: this.#showNotice,
      }),
    )
  }

  client(paneId: TerminalId, target: Target): TerminalClient {
    const known = this.#clients.get(paneId)
    if (known) return known
    const client = new TerminalClient(paneId, this.#options(target), {
      onTitle: title => setTitle(paneId, title),
      onBell: () => this.#ring(paneId),
      onResize: size => this.#resized(paneId, size),
      onRedraw: () => this.#redraw(client),
      onLink: address => this.#parts.openLink(target, address),
      onSelected: text => {
        // Find selects its matches, which are not meant for the clipboard.
        const wanted = this.#parts.settings().terminal.copyOnSelect && useTerminals.getState().finding !== paneId
        if (text !== '' && wanted) void this.#parts.api.app.copy({ text }).catch(this.#showNotice)
      },
      onPaste: text => (text === '' ? undefined : this.pasteText(paneId, text)),
      onTyped: (data, stroke) => this.#broadcast(paneId, data, stroke),
      onKey: event => this.#key(paneId, target, event),
      holdsKeys: () => isReconnecting(useTerminalStates.getState().states[paneId]),
      isLive: () => isLive(useTerminalStates.getState().states[paneId]),
      onUnsent: text => {
        if (!this.#unsent.add(paneId, text))
          this.#parts.onNotice('This is too much to keep until the connection is back. Paste it again then.')
      },
      onClipboard: wish => this.#clipboard.wished(paneId, target, wish),
      optionAsMeta: () => this.#parts.settings().terminal.optionAsMeta,
      platform: this.#parts.platform,
      version: this.#parts.version,
    })
    this.#clients.set(paneId, client)
    client.setWidths(this.#parts.settings().terminal.characterWidths)
    client.onOpened(() => void client.setLigatures(this.#parts.settings().terminal.ligatures))
    return client
  }

  /** Connects or reconnects. Failures are shown in the pane. */
  async open(paneId: TerminalId, target: Target): Promise<void> {
    const client = this.client(paneId, target)
    const state = useTerminalStates.getState().states[paneId]
    if (isReconnecting(state)) return this.reconnect(paneId)
    if (isOpening(state) || this.#opening.has(paneId)) return
    this.#opening.add(paneId)
    const ports = this.#parts.ports.expect(paneId, port => client.connect(port))
    const stop = client.onDisposed(() => ports.dispose())
    client.expectShell()
    this.#clipboard.forget(paneId)
    try {
      // A pane of a session attaches again whenever it connects.
      const run = tabWith(paneId)?.panes[paneId]?.run
      await this.#parts.api.terminals.open({ id: paneId, target, size: client.size, ...(run ? { run } : {}) })
      // The size of the window may have changed while the user answered a question.
      void this.#parts.api.terminals.resize({ id: paneId, size: client.size })
      // The reply may arrive before the port, and keys would be lost until then.
      await client.arrived
      if (noteOpened(paneId, state)) this.#opened.fire({ paneId, target, again: false })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    } finally {
      this.#opening.delete(paneId)
      stop.dispose()
      ports.dispose()
    }
  }

  async paste(paneId: string, from: 'clipboard' | 'selection'): Promise<void> {
    const text = await this.#parts.api.app.paste({ from }).catch(this.#showNotice)
    if (text !== undefined && text !== '') this.pasteText(paneId, text)
  }

  /** Pastes cleaned text. Asks first if it would run as several commands. With `run`, Enter follows. */
  pasteText(paneId: string, text: string, { confirmed = false, run = false }: PasteOptions = {}): void {
    const client = this.#clients.get(paneId)
    if (!client) return
    const { bracketedPasteMode } = client.terminal.modes
    const clean = cleanPaste(text)
    const cleaned = run ? forConsole(clean, bracketedPasteMode) : asPasted(clean, bracketedPasteMode)
    const ask = this.#parts.settings().terminal.confirmMultilinePaste && needsConfirmation(cleaned, bracketedPasteMode)
    if (ask && !confirmed) return useTerminals.setState({ pasting: { paneId, text: cleaned, run } })
    client.terminal.paste(cleaned)
    // Like a key press, so that it is broadcast as well.
    if (run) client.terminal.input('\r')
  }

  /** Pastes the primary selection, if the settings say so. */
  middleClick(paneId: string): void {
    if (this.#parts.settings().terminal.middleClickPaste) void this.paste(paneId, 'selection')
  }

  /** Types a command that is already quoted for the pane's shell; with `send`, Enter follows. Waits for a shell that has just started. */
  async typeCommand(paneId: string, text: string, send: boolean): Promise<void> {
    const client = this.#clients.get(paneId)
    if (!client || !isLive(useTerminalStates.getState().states[paneId]))
      throw new Error('This terminal is not connected. Connect it, then run the snippet again.')
    await typeCommand(client, text, send)
  }

  /** Answers whether the program in a pane may use the clipboard; null postpones the question. */
  answerClipboard(paneId: string, allow: boolean | null): void {
    this.#clipboard.answer(paneId, allow)
    this.focus(paneId)
  }

  /** The selected text in a terminal; empty if nothing is selected. */
  selectionOf(paneId: string): string {
    return this.#clients.get(paneId)?.terminal.getSelection() ?? ''
  }

  /** The command that was typed last; null if unknown. */
  lastCommandOf(paneId: string): string | null {
    return this.#clients.get(paneId)?.lastCommand ?? null
  }

  /** Types paths, quoted for the shell of the target, without Enter. */
  async typePaths(paneId: string, target: Target, paths: readonly string[]): Promise<void> {
    const line = await this.#parts.api.terminals
      .lineFor({ target, request: { kind: 'paths', paths: [...paths] } })
      .catch(this.#showNotice)
    if (line !== undefined) this.#clients.get(paneId)?.type(line)
  }

  /** The running command as it was typed; empty if unknown, null while no command runs. */
  runningIn(paneId: string): string | null {
    return this.#clients.get(paneId)?.running ?? null
  }

  /** The working directory that the shell reported; null if it reports none. */
  folderOf(paneId: string): string | null {
    return this.#clients.get(paneId)?.folders.current ?? null
  }

  /** Types a line that main composed for this shell (`lineFor`), as soon as the shell accepts input. */
  sendFirst(paneId: string, text: string): void {
    this.#clients.get(paneId)?.typeFirst(text)
  }

  /** Connects the panes of the last run that have no shell: attached sessions, and the others if the settings say so. */
  restore(panes: readonly Pane[]): void {
    const { reconnectRestored } = this.#parts.settings().terminal
    for (const pane of panes)
      if (pane.target.kind !== 'local' && (reconnectRestored || pane.run !== undefined))
        void this.#returning.restore(pane).catch(this.#showNotice)
  }

  /** Connects a terminal that reconnects by itself right now; what the server asks may be asked. */
  reconnect(paneId: TerminalId): void {
    void this.#parts.api.terminals.reconnect({ id: paneId, ask: true }).catch(this.#showNotice)
  }

  stopReconnecting(paneId: TerminalId): void {
    void this.#parts.api.terminals.stopReconnecting({ id: paneId }).catch(this.#showNotice)
  }

  /** Sends the keys that were typed without a connection. */
  sendUnsent(paneId: string): void {
    this.#clients.get(paneId)?.type(this.#unsent.take(paneId))
    this.focus(paneId)
  }

  discardUnsent(paneId: string): void {
    this.#unsent.take(paneId)
    this.focus(paneId)
  }

  /** Cancels a connection attempt. */
  cancel(paneId: TerminalId): void {
    void this.#parts.api.terminals.close({ id: paneId }).catch(this.#showNotice)
  }

  /** Copies the selection; false when there is none. */
  copy(paneId: string): boolean {
    const text = this.#clients.get(paneId)?.terminal.getSelection() ?? ''
    if (text === '') return false
    void this.#parts.api.app.copy({ text }).catch(this.#showNotice)
    return true
  }

  /** Empties the scrollback of a pane. */
  clear(paneId: string): void {
    const client = this.#clients.get(paneId)
    if (client && isTmuxTab(tabWith(paneId))) this.tmux.clearHistory(client.id)
    else client?.terminal.clear()
  }

  selectAll(paneId: string): void {
    this.#clients.get(paneId)?.terminal.selectAll()
  }

  focus(paneId: string): void {
    this.#clients.get(paneId)?.terminal.focus()
  }

  /** Applies the settings and the theme to every terminal. */
  restyle(): void {
    for (const pane of allPanes()) {
      const client = this.#clients.get(pane.id)
      client?.setOptions(this.#options(pane.target))
      client?.setWidths(this.#parts.settings().terminal.characterWidths)
      void client?.setLigatures(this.#parts.settings().terminal.ligatures)
    }
  }

  dispose(): void {
    this.#store.dispose()
    for (const client of this.#clients.values()) client.dispose()
    this.#clients.clear()
  }

  #options(target: Target): ITerminalOptions {
    const { settings, lookFor, isDark } = this.#parts
    return terminalOptions(settings().terminal, lookFor(target), isDark())
  }

  #key(paneId: TerminalId, target: Target, event: KeyboardEvent): boolean {
    const state = useTerminalStates.getState().states[paneId]
    const live = isLive(state)
    if (this.#parts.onKey(event, live)) return true
    if (event.type !== 'keyup' && !this.#held.beganHere(event)) {
      event.preventDefault()
      return true
    }
    if (live) return false
    if (isReconnecting(state)) {
      const use = this.#unsent.press(paneId, event)
      if (use.reconnects) this.reconnect(paneId)
      if (use.isSpent) this.#held.spend(event)
      return !use.isTyped
    }
    const reconnects = event.key === 'Enter' && !event.ctrlKey && !event.altKey && !event.metaKey
    if (reconnects && event.type === 'keydown' && !isOpening(state)) {
      void this.open(paneId, target)
      // The new shell must not receive this Enter too.
      this.#held.spend(event)
      event.preventDefault()
      return true
    }
    // Without a shell, Tab moves the focus to the buttons of the status bar.
    return event.key === 'Tab'
  }

  #broadcast(paneId: TerminalId, data: string, stroke: KeyStroke | undefined): void {
    const tab = tabWith(paneId)
    if (!tab?.broadcast) return
    for (const other of Object.keys(tab.panes)) {
      if (other === paneId) continue
      // The program in the other pane may use another key encoding.
      if (stroke) this.#clients.get(other)?.typeKey(stroke)
      else this.#clients.get(other)?.type(data)
    }
  }

  #resized(paneId: TerminalId, size: { cols: number; rows: number }): void {
    clearTimeout(this.#resizes.get(paneId))
    const send = () =>
      void this.#parts.api.terminals
        .resize({ id: paneId, size: { cols: size.cols, rows: size.rows } })
        .catch(this.#showNotice)
    this.#resizes.set(paneId, window.setTimeout(send, resizeMs))
  }

  /** Changes the size and back: programs redraw their screen when it changes. */
  #redraw({ id, size }: TerminalClient): void {
    const { resize } = this.#parts.api.terminals
    void resize({ id, size: { ...size, rows: Math.max(1, size.rows - 1) } })
      .then(() => resize({ id, size }))
      .catch(this.#showNotice)
  }

  #ring(paneId: string): void {
    const { bell } = this.#parts.settings().terminal
    if (bell === 'sound') beep()
    if (bell !== 'visual') return
    useTerminals.setState({ ringing: paneId })
    window.setTimeout(() => useTerminals.setState(state => (state.ringing === paneId ? { ringing: null } : {})), ringMs)
  }

  /** Ends the shells of closed panes. A closed tab keeps its shells until it can no longer be reopened. */
  #sweep(): void {
    const panes = new Set<string>(livingPanes().map(pane => pane.id))
    for (const [id, client] of this.#clients) {
      if (panes.has(id)) continue
      this.#clients.delete(id)
      this.#clipboard.forget(id)
      this.#unsent.take(id)
      client.dispose()
      void this.#parts.api.terminals.close({ id: client.id }).catch(this.#showNotice)
    }
  }

  readonly #showNotice = (error: unknown): undefined => {
    this.#parts.onProblem(error instanceof Error ? error.message : String(error))
  }
}
