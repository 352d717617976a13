import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { Terminal, type ITerminalOptions } from '@xterm/xterm'

import { cleanLine } from '../../../shared/base/clean-text.ts'
import { Emitter } from '../../../shared/base/event.ts'
import { DisposableStore, toDisposable, type Disposable } from '../../../shared/base/lifecycle.ts'
import type {
  FromTerminal,
  TerminalId,
  TerminalReplay,
  TerminalSize,
  ToTerminal,
} from '../../../shared/contract/terminals.ts'
import type { Settings } from '../../../shared/contract/settings.ts'
import { leaveModes, markGap } from './after-shell.ts'
import { CharacterWidths } from './character-widths.ts'
import { clipboardWish, type ClipboardWish } from './clipboard-sequence.ts'
import { CommandMemory } from './command-memory.ts'
import { guardCounts } from './csi-guard.ts'
import type { KeyPlatform, KeyStroke } from './key-stroke.ts'
import { HeldInput, type Hold } from './held-input.ts'
import { KeyboardModes } from './keyboard-modes.ts'
import { Ligatures } from './ligatures.ts'
import { isReply, isReport, ReplyCap } from './reply-cap.ts'
import { Running } from './running.ts'
import { settling, type Settling } from './settled.ts'
import { followFolder, type ShellFolder } from './shell-folder.ts'
import { takePastes } from './system-pastes.ts'
import { bytesForOtherPane, TerminalKeyboard } from './terminal-keyboard.ts'
import { TerminalLinks } from './terminal-links.ts'
import { answerQueries, windowReports } from './terminal-queries.ts'
import { WebglDrawing } from './webgl-drawing.ts'

/** The callbacks and settings of a terminal. */
export interface TerminalHooks {
  readonly onTitle: (title: string) => void
  readonly onBell: () => void
  readonly onResize: (size: TerminalSize) => void
  /** Called when the program in the terminal should redraw its screen. */
  readonly onRedraw: () => void
  readonly onLink: (address: string) => void
  readonly onSelected: (text: string) => void
  /** Called for pastes by the system (Shift+Insert, a menu), whose raw text must not reach the shell. */
  readonly onPaste: (text: string) => void
  /** Called with typed input, for the other panes of a broadcast, and with its key if the input is an encoded key. */
  readonly onTyped: (data: string, stroke: KeyStroke | undefined) => void
  /** Returns true if the key was used for something else. */
  readonly onKey: (event: KeyboardEvent) => boolean
  /** True while there is no shell that takes input, but one is on its way. */
  readonly holdsKeys: () => boolean
  /** True if there is a shell, whose port may still be on its way. */
  readonly isLive: () => boolean
  /** Called with input that was typed meanwhile. */
  readonly onUnsent: (data: string) => void
  /** Called when a program wants to put text on the clipboard. */
  readonly onClipboard: (wish: ClipboardWish) => void
  /** The Option keys of a Mac that act as Meta. */
  readonly optionAsMeta: () => Settings['terminal']['optionAsMeta']
  readonly platform: KeyPlatform
  /** The version of Hawser, for programs that query it. */
  readonly version: string
}

const maxTitle = 256
const bellMs = 300
const titleMs = 100
const ackBytes = 64 * 1024
const encoder = new TextEncoder()
const unicodeVersions = { characters: 'characters', graphemes: '15-graphemes', 'unicode-6': '6' } as const

/** Owns one xterm, which outlives the view that shows it and the connections behind it. */
export class TerminalClient implements Disposable {
  readonly id: TerminalId
  readonly element = document.createElement('div')
  readonly terminal: Terminal
  readonly search = new SearchAddon({ highlightLimit: 1000 })
  readonly #closed = new Emitter<void>()
  readonly onDisposed = this.#closed.event
  readonly #openedOnce = new Emitter<void>()
  readonly onOpened = this.#openedOnce.event
  readonly #fit = new FitAddon()
  readonly #store = new DisposableStore()
  readonly #replies = new ReplyCap()
  readonly #hooks: TerminalHooks
  readonly #commands: CommandMemory
  readonly #running: Running
  readonly #keyboardModes: KeyboardModes
  /** The key whose bytes are being typed. */
  #stroke: KeyStroke | undefined
  #settling: Settling | undefined
  #arrived: Promise<void> = Promise.resolve()
  #arrive = () => {}
  readonly #webgl: WebglDrawing
  readonly #ligatures: Ligatures
  #port: MessagePort | undefined
  readonly #first: string[] = []
  readonly #held = new HeldInput(data => this.type(data))
  readonly folders: ShellFolder
  /** When the connection was lost, as in `Date.now`; undefined while there is one. */
  #lostAt: number | undefined
  #unacknowledged = 0
  #lastBell = 0
  #titleTimer: number | undefined
  #opened = false
  #replaying = false
  #fits = true
  /** True for a shell that decides about the size: it answers the queries of programs itself, too. */
  #shellAnswers = false

  constructor(id: TerminalId, options: ITerminalOptions, hooks: TerminalHooks) {
    this.id = id
    this.#hooks = hooks
    this.element.style.cssText = 'position:absolute;inset:0'
    const links = new TerminalLinks(this.element, hooks.onLink)
    this.terminal = new Terminal({
      ...options,
      allowProposedApi: true,
      linkHandler: links.handler,
      windowOptions: windowReports,
    })
    const { terminal } = this
    this.#commands = new CommandMemory(terminal)
    this.#running = new Running(terminal)
    this.#store.add(toDisposable(() => terminal.dispose()))
    this.#webgl = new WebglDrawing(terminal)
    this.#ligatures = new Ligatures(terminal)
    this.folders = followFolder(terminal)
    terminal.loadAddon(this.#fit)
    terminal.loadAddon(this.search)
    terminal.loadAddon(new UnicodeGraphemesAddon())
    terminal.unicode.register(new CharacterWidths())
    links.findIn(terminal)
    guardCounts(terminal)
    takePastes(this.element, hooks.onPaste)
    const keyboard = new TerminalKeyboard({
      terminal,
      modes: () => this.#keyboardModes.current,
      platform: hooks.platform,
      optionAsMeta: hooks.optionAsMeta,
      press: (bytes, stroke) => this.#press(bytes, stroke),
      release: bytes => this.type(bytes),
    })
    terminal.attachCustomKeyEventHandler(event => !hooks.onKey(event) && !keyboard.handle(event))
    terminal.onData(data => this.#typed(data))
    const reply = (data: string) => this.#reply(data)
    this.#keyboardModes = this.#store.add(new KeyboardModes(terminal, reply))
    this.#store.add(answerQueries(terminal, hooks.version, reply))
    terminal.parser.registerOscHandler(52, data => {
      const wish = clipboardWish(data)
      if (wish && !this.#replaying) hooks.onClipboard(wish)
      return true
    })
    terminal.onBinary(data => this.#send(Uint8Array.from(data, char => char.charCodeAt(0))))
    terminal.onBell(() => this.#bell())
    terminal.onTitleChange(title => this.#title(title))
    terminal.onResize(size => hooks.onResize(size))
    terminal.onSelectionChange(() => hooks.onSelected(terminal.getSelection()))
  }

  get size(): TerminalSize {
    return { cols: this.terminal.cols, rows: this.terminal.rows }
  }

  /** Puts the screen into an element of the page; a later call moves it. */
  attach(parent: HTMLElement): void {
    parent.append(this.element)
    if (!this.#opened) {
      this.#opened = true
      this.terminal.open(this.element)
      this.#openedOnce.fire()
    }
    this.#webgl.start()
    this.fit()
  }

  /** Removes the screen from the page but keeps its content. Releases its WebGL context: browsers have few of them. */
  detach(): void {
    this.element.remove()
    this.#webgl.stop()
  }

  /** Whether its size is that of the element, or the one that its shell decides on. */
  setFitting(fits: boolean): void {
    this.#fits = fits
    this.fit()
  }

  /** Fits the columns and rows to the element. Does nothing while it has no size, or where the shell decides. */
  fit(): void {
    if (!this.#fits) return
    const { clientWidth, clientHeight } = this.element
    if (clientWidth > 20 && clientHeight > 20) this.#fit.fit()
  }

  /** Starts a stream over a new port, and ends the one before. */
  connect(port: MessagePort): void {
    if (this.#port) leaveModes(this.terminal)
    if (this.#lostAt !== undefined) markGap(this.terminal, this.#lostAt)
    this.#lostAt = undefined
    this.#running.startOver()
    this.#port?.close()
    this.#port = port
    this.#shellAnswers = false
    this.terminal.options.reflowCursorLine = false
    this.#unacknowledged = 0
    port.onmessage = event => this.#receive(port, event.data as ToTerminal)
    this.#settling = settling(this.terminal)
    this.#arrive()
    for (const text of this.#first.splice(0)) this.type(text)
  }

  /** Announces a shell that was requested. Its port may arrive after main has reported the shell. */
  expectShell(): void {
    this.#arrive()
    this.#arrived = new Promise(resolve => (this.#arrive = resolve))
  }

  /** Ends the stream, because the connection was lost. The screen stays; what the program set up does not. */
  lose(): void {
    if (!this.#port) return
    this.#held.release()
    this.#port.close()
    this.#port = undefined
    this.#lostAt = Date.now()
    leaveModes(this.terminal)
  }

  /** True if it has had a shell since this page was loaded, and has not lost it. */
  get connected(): boolean {
    return this.#port !== undefined
  }

  /** True if its connection was lost. */
  get isLost(): boolean {
    return this.#lostAt !== undefined
  }

  /** Resolves when the port has arrived. Input typed from then on reaches the shell. */
  get arrived(): Promise<void> {
    return this.#arrived
  }

  /** Resolves when the requested shell appears to wait for a command. */
  async settled(): Promise<void> {
    await this.#arrived
    await this.#settling?.settled
  }

  /** The command that was typed last; null if unknown. */
  get lastCommand(): string | null {
    return this.#commands.last
  }

  /** The running command as it was typed; empty if unknown, null while the shell waits. */
  get running(): string | null {
    return this.#running.isBusy(this.#commands.last) ? (this.#commands.last ?? '') : null
  }

  /** Notes a command that Hawser is about to type, with or without Enter. */
  noteCommand(text: string, sent: boolean): void {
    if (sent) this.#commands.sent(text)
    else this.#commands.begin()
  }

  /** Keeps what is typed from now on, for a line that has to come before it. */
  holdInput(): Hold {
    return this.#held.hold()
  }

  /** Types as soon as the shell accepts input: its port may not have arrived yet. */
  typeFirst(text: string): void {
    if (this.#port) this.type(text)
    else this.#first.push(text)
  }

  /** Types into the shell as if the user did. */
  type(data: string): void {
    if (this.#hooks.holdsKeys()) this.#hooks.onUnsent(data)
    else if (this.#held.keeps(data)) return
    else if (!this.#port && this.#hooks.isLive()) this.#first.push(data)
    else this.#send(encoder.encode(data))
  }

  /** Types a key that was pressed in another pane, encoded for the program in this one. */
  typeKey(stroke: KeyStroke): void {
    this.type(bytesForOtherPane(stroke, this.#keyboardModes.current))
  }

  /** Sets how many cells a character takes, for output from now on. */
  setWidths(widths: Settings['terminal']['characterWidths']): void {
    const version = unicodeVersions[widths]
    if (this.terminal.unicode.activeVersion !== version) this.terminal.unicode.activeVersion = version
  }

  setOptions(options: ITerminalOptions): void {
    Object.assign(this.terminal.options, options)
    // The size of a cell is known only after the new font is drawn.
    requestAnimationFrame(() => this.fit())
  }

  /** Turns ligatures on or off. */
  async setLigatures(on: boolean): Promise<void> {
    await this.#ligatures.set(on, this.#opened)
  }

  dispose(): void {
    clearTimeout(this.#titleTimer)
    this.#arrive()
    this.#port?.close()
    this.#port = undefined
    this.element.remove()
    this.#webgl.stop()
    this.#store.dispose()
    this.#closed.fire()
    this.#closed.dispose()
  }

  #receive(port: MessagePort, message: ToTerminal): void {
    this.#settling?.onOutput()
    if ('screen' in message) return this.#setSize(message.screen)
    if ('replay' in message) return this.#replay(message.replay)
    const { data } = message
    this.terminal.write(data, () => {
      if (this.#port !== port) return
      this.#unacknowledged += data.byteLength
      if (this.#unacknowledged < ackBytes) return
      const message: FromTerminal = { ack: this.#unacknowledged }
      this.#unacknowledged = 0
      port.postMessage(message)
    })
  }

  #setSize({ cols, rows }: TerminalSize): void {
    this.#shellAnswers = true
    // tmux wraps the line with the cursor anew, too; other shells do that themselves.
    this.terminal.options.reflowCursorLine = true
    this.terminal.resize(cols, rows)
  }

  /** Draws output from before this page was loaded, without answering its queries or ringing its bells again. */
  #replay({ bytes, size, whole }: TerminalReplay): void {
    this.#replaying = true
    this.terminal.resize(size.cols, size.rows)
    this.terminal.write(bytes, () => {
      this.#replaying = false
      this.fit()
      // Parts of the screen that are older than the backlog are drawn again after a change of size.
      if (!whole && this.terminal.buffer.active.type === 'alternate') this.#hooks.onRedraw()
    })
  }

  #typed(data: string): void {
    const stroke = this.#stroke
    if (stroke === undefined && isReply(data)) return this.#reply(data)
    const reported = stroke === undefined && isReport(data)
    if (reported) return this.#send(encoder.encode(data))
    this.#commands.typed(data)
    this.type(data)
    this.#hooks.onTyped(data, stroke)
  }

  #reply(data: string): void {
    if (!this.#replaying && !this.#shellAnswers && this.#replies.allows(data.length, performance.now()))
      this.#send(encoder.encode(data))
  }

  /** Sends a key as xterm.js does: scrolls down and clears the selection. */
  #press(bytes: string, stroke: KeyStroke): void {
    // Screen readers read the last input from it, so it is cleared when a line is sent or cancelled.
    if (this.terminal.textarea && (bytes === '\r' || bytes === '\x03')) this.terminal.textarea.value = ''
    this.#stroke = stroke
    try {
      this.terminal.input(bytes)
    } finally {
      this.#stroke = undefined
    }
  }

  #send(input: Uint8Array): void {
    const message: FromTerminal = { input }
    this.#port?.postMessage(message)
  }

  #bell(): void {
    const now = performance.now()
    if (this.#replaying || now - this.#lastBell < bellMs) return
    this.#lastBell = now
    this.#hooks.onBell()
  }

  #title(title: string): void {
    clearTimeout(this.#titleTimer)
    const cleaned = cleanLine(title, maxTitle)
    this.#titleTimer = window.setTimeout(() => (cleaned === '' ? undefined : this.#hooks.onTitle(cleaned)), titleMs)
  }
}
