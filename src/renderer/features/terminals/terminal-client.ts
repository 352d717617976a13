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
import { CharacterWidths } from './character-widths.ts'
import { clipboardWish, type ClipboardWish } from './clipboard-sequence.ts'
import { CommandMemory } from './command-memory.ts'
import { guardCounts } from './csi-guard.ts'
import { folderOf } from './folder-sequence.ts'
import type { KeyPlatform, KeyStroke } from './key-stroke.ts'
import { KeyboardModes } from './keyboard-modes.ts'
import { isReply, isReport, ReplyCap } from './reply-cap.ts'
import { Running } from './running.ts'
import { settling, type Settling } from './settled.ts'
import { bytesElsewhere, TerminalKeyboard } from './terminal-keyboard.ts'
import { TerminalLinks } from './terminal-links.ts'
import { answerQueries, windowReports } from './terminal-queries.ts'
import { WebglDrawing } from './webgl-drawing.ts'

/** What a terminal needs from around it. */
export interface TerminalHooks {
  readonly onTitle: (title: string) => void
  readonly onBell: () => void
  readonly onResize: (size: TerminalSize) => void
  /** The program in it should draw its screen again. */
  readonly onRedraw: () => void
  readonly onLink: (address: string) => void
  readonly onSelected: (text: string) => void
  /** What the system pastes by itself (Shift+Insert, a menu); the raw text must not reach the shell. */
  readonly onPaste: (text: string) => void
  /** What a person typed, for the other panes of a broadcast; with the key that stands for it where one was encoded. */
  readonly onTyped: (data: string, stroke: KeyStroke | undefined) => void
  /** True when the key was used for something else. */
  readonly onKey: (event: KeyboardEvent) => boolean
  /** A program wants to put text on the clipboard. */
  readonly onClipboard: (wish: ClipboardWish) => void
  /** Which Option keys of a Mac are Meta. */
  readonly optionAsMeta: () => Settings['terminal']['optionAsMeta']
  readonly platform: KeyPlatform
  /** The version of Hawser, for programs that ask. */
  readonly version: string
}

const maxTitle = 256
const bellMs = 300
const titleMs = 100
const middleMs = 500
const ackBytes = 64 * 1024
const encoder = new TextEncoder()
const unicodeVersions = { characters: 'characters', graphemes: '15-graphemes', 'unicode-6': '6' } as const

/** Owns one xterm: it outlives the view that shows it, and the connections that come and go under it. */
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
  #ligatures: { dispose(): void } | undefined
  #wantsLigatures = false
  #port: MessagePort | undefined
  readonly #first: string[] = []
  #folder: string | null = null
  #unacknowledged = 0
  #lastBell = 0
  #lastMiddle = -Infinity
  #titleTimer: number | undefined
  #opened = false
  #replaying = false

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
    terminal.loadAddon(this.#fit)
    terminal.loadAddon(this.search)
    terminal.loadAddon(new UnicodeGraphemesAddon())
    terminal.unicode.register(new CharacterWidths())
    links.findIn(terminal)
    guardCounts(terminal)
    this.#takePastes()
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
    // Where the shell is, as it tells it (OSC 7, a file URL); for "Files here".
    terminal.parser.registerOscHandler(7, data => {
      this.#folder = folderOf(data)
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

  /** Puts the screen into a place in the page; a later call moves it there. */
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

  /** Takes the screen out of the page; its content stays. A browser has few WebGL contexts, so it gives its own back. */
  detach(): void {
    this.element.remove()
    this.#webgl.stop()
  }

  /** Fits columns and rows to the place; nothing while it has no size. */
  fit(): void {
    const { clientWidth, clientHeight } = this.element
    if (clientWidth > 20 && clientHeight > 20) this.#fit.fit()
  }

  /** Begins a stream over a new port; an older one ends. */
  connect(port: MessagePort): void {
    if (this.#port) this.leaveModes()
    this.#running.startOver()
    this.#port?.close()
    this.#port = port
    this.#unacknowledged = 0
    port.onmessage = event => this.#receive(port, event.data as ToTerminal)
    this.#settling = settling(this.terminal)
    this.#arrive()
    for (const text of this.#first.splice(0)) this.type(text)
  }

  /** A shell was asked for: its port is on the way, and may come after the news of it. */
  expectShell(): void {
    this.#arrive()
    this.#arrived = new Promise(resolve => (this.#arrive = resolve))
  }

  /** True once there was a shell under it in this page. */
  get connected(): boolean {
    return this.#port !== undefined
  }

  /** Answers when its port is here: what is typed from then on reaches it. */
  get arrived(): Promise<void> {
    return this.#arrived
  }

  /** Answers when the shell that was asked for waits for a command, as far as can be told from here. */
  async settled(): Promise<void> {
    await this.#arrived
    await this.#settling?.settled
  }

  /** The command that was typed last; null when none is known. */
  get lastCommand(): string | null {
    return this.#commands.last
  }

  /** The command that runs, as it was typed; empty for one that is not known, null where the shell waits. */
  get running(): string | null {
    return this.#running.isBusy(this.#commands.last) ? (this.#commands.last ?? '') : null
  }

  /** A command is about to be typed by other hands: sent, or left for Enter. */
  noteCommand(text: string, sent: boolean): void {
    if (sent) this.#commands.sent(text)
    else this.#commands.begin()
  }

  /** The folder that the shell said it is in; null when it says nothing. */
  get folder(): string | null {
    return this.#folder
  }

  /** Types as soon as there is a shell that takes it: its port may still be on its way. */
  typeFirst(text: string): void {
    if (this.#port) this.type(text)
    else this.#first.push(text)
  }

  /** Undoes what a program that is gone left on: its screen, its mouse, its hidden cursor. The scrollback stays. */
  leaveModes(): void {
    const { active } = this.terminal.buffer
    // Without its screen there is no place to go back to: the cursor would jump to the top.
    const screen = active.type === 'alternate' ? '\x1b[?1049l' : ''
    const off = `\x18${screen}\x1b[?1000;1002;1003;1004;1005;1006;1015;2004l\x1b[!p\x1b[?25h\x1b[0m`
    this.terminal.write(screen === '' && active.cursorX === 0 ? off : `${off}\r\n`)
  }

  /** Types into the far side as if the person did. */
  type(data: string): void {
    this.#send(encoder.encode(data))
  }

  /** Types a key that was pressed in another pane, as the program in this one wants it. */
  typeKey(stroke: KeyStroke): void {
    this.type(bytesElsewhere(stroke, this.#keyboardModes.current))
  }

  /** How many cells the characters take that are written from now on. */
  setWidths(widths: Settings['terminal']['characterWidths']): void {
    const version = unicodeVersions[widths]
    if (this.terminal.unicode.activeVersion !== version) this.terminal.unicode.activeVersion = version
  }

  setOptions(options: ITerminalOptions): void {
    Object.assign(this.terminal.options, options)
    // The size of a cell is known only once the new font was drawn.
    requestAnimationFrame(() => this.fit())
  }

  /** Draws several characters as one where the font has a shape for them; loaded on first use. */
  async setLigatures(on: boolean): Promise<void> {
    this.#wantsLigatures = on
    if (!on) {
      this.#ligatures?.dispose()
      this.#ligatures = undefined
    } else if (!this.#ligatures && this.#opened) {
      const { LigaturesAddon } = await import('@xterm/addon-ligatures')
      if (!this.#wantsLigatures || this.#ligatures) return
      const addon = new LigaturesAddon()
      this.#ligatures = addon
      this.terminal.loadAddon(addon)
    }
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
    this.#settling?.heard()
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

  /** Draws what the shell printed before this page came. Programs were answered then, and bells have rung. */
  #replay({ bytes, size, whole }: TerminalReplay): void {
    this.#replaying = true
    this.terminal.resize(size.cols, size.rows)
    this.terminal.write(bytes, () => {
      this.#replaying = false
      this.fit()
      // What a program drew before the part that was kept is drawn again when the size changes.
      if (!whole && this.terminal.buffer.active.type === 'alternate') this.#hooks.onRedraw()
    })
  }

  #typed(data: string): void {
    const stroke = this.#stroke
    if (stroke === undefined && isReply(data)) return this.#reply(data)
    const reported = stroke === undefined && isReport(data)
    if (!reported) this.#commands.typed(data)
    this.type(data)
    if (!reported) this.#hooks.onTyped(data, stroke)
  }

  #reply(data: string): void {
    if (!this.#replaying && this.#replies.allows(data.length, performance.now())) this.type(data)
  }

  /** Sends a key as if xterm.js had: it scrolls down, and the selection goes. */
  #press(bytes: string, stroke: KeyStroke): void {
    // Screen readers find there what was typed last: a line that was sent or given up is over.
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

  /** What the system pastes by itself goes through the app's own cleaning. */
  #takePastes(): void {
    const paste = (event: ClipboardEvent) => {
      event.preventDefault()
      event.stopImmediatePropagation()
      // A middle click is ours: its own paste would come a second time.
      if (performance.now() - this.#lastMiddle > middleMs)
        this.#hooks.onPaste(event.clipboardData?.getData('text/plain') ?? '')
    }
    const middle = (event: MouseEvent) => {
      if (event.button === 1) this.#lastMiddle = performance.now()
    }
    this.element.addEventListener('paste', paste, true)
    this.element.addEventListener('mouseup', middle, true)
    this.element.addEventListener('auxclick', middle, true)
  }

  #title(title: string): void {
    clearTimeout(this.#titleTimer)
    const cleaned = cleanLine(title, maxTitle)
    this.#titleTimer = window.setTimeout(() => (cleaned === '' ? undefined : this.#hooks.onTitle(cleaned)), titleMs)
  }
}
