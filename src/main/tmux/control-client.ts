import { AppError } from '../../shared/base/errors.ts'
import { cleanLine } from '../../shared/base/clean-text.ts'
import { Emitter } from '../../shared/base/event.ts'
import { ControlParser, type ControlBlock, type ControlEvent } from './control-parser.ts'
import type { ControlStream } from './control-stream.ts'

// Long silence while a reply is due; a busy pane or a slow link keeps sending something.
const silenceMs = 20_000
const greetingMs = 20_000
const detachMs = 1_000
// The end of the stream follows `%exit` at once.
const exitMs = 2_000
const longestError = 200

/** How control mode ended: tmux said so, with its reason or an empty text; or without a word. */
export type ControlEnd =
  { readonly kind: 'exit'; readonly reason: string } | { readonly kind: 'lost'; readonly error: AppError }

/** The blocks of a request, of which the last one has failed or none. */
export type ControlReply =
  | { readonly kind: 'done' | 'failed'; readonly blocks: readonly ControlBlock[] }
  | { readonly kind: 'ended'; readonly error: AppError }

interface Request {
  readonly count: number
  readonly blocks: ControlBlock[]
  readonly settle: (reply: ControlReply) => void
}

/**
 * Talks to tmux in control mode. tmux runs the commands of a client one after the other and answers in that order, so the
 * oldest request owns the next block; the numbers of `%begin` and `%end` keep the block together.
 */
export class ControlClient {
  readonly #stream: ControlStream
  readonly #where: string
  readonly #parser = new ControlParser(event => this.#take(event))
  readonly #notified = new Emitter<ControlEvent>()
  readonly #ended = new Emitter<ControlEnd>()
  readonly #requests: Request[] = []
  #greeting: { resolve: () => void; reject: (error: AppError) => void } | undefined
  #silence: NodeJS.Timeout | undefined
  #exit: { readonly reason: string; readonly timer: NodeJS.Timeout } | undefined
  #isOver = false

  /** Resolves when tmux has attached to the session. Errors: `server-refused` with tmux's words, `lost`, `timed-out`. */
  readonly ready: Promise<void>

  constructor(stream: ControlStream, where: string) {
    this.#stream = stream
    this.#where = where
    this.ready = new Promise((resolve, reject) => (this.#greeting = { resolve, reject }))
    this.#watch(greetingMs)
    stream.onData(data => {
      this.#silence?.refresh()
      this.#parser.push(data)
    })
    stream.onEnd(error => this.#endOfStream(error))
  }

  /** Everything but the replies, in tmux's order. */
  readonly onNotified = this.#notified.event
  /** Fired once, after the last notification. */
  readonly onEnded = this.#ended.event

  /**
   * Runs commands as one list, without anything in between, and calls back when tmux's output has reached their replies:
   * before it handles what tmux said afterwards. tmux leaves out what follows a command that failed.
   */
  request(commands: readonly string[], settle: (reply: ControlReply) => void): void {
    const line = commands.join(' ; ')
    if (/[\r\n]/.test(line) || line === '') throw new Error('A command has a line break, or is empty.')
    if (this.#isOver || this.#exit) return settle({ kind: 'ended', error: this.#lost() })
    this.#requests.push({ count: commands.length, blocks: [], settle })
    if (!this.#silence) this.#watch(silenceMs)
    this.#stream.write(Buffer.from(`${line}\n`))
  }

  /** Runs one command and returns its output by lines. Errors: `server-refused` with tmux's words, and `lost`. */
  command(text: string): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      this.request([text], reply => {
        if (reply.kind === 'ended') reject(reply.error)
        else if (reply.kind === 'failed') reject(this.#refused(reply.blocks.at(-1)))
        else resolve(reply.blocks[0]?.lines ?? [])
      })
    })
  }

  /** Leaves the session, which continues to run; resolves when tmux has left it, or after a second. */
  async detach(): Promise<void> {
    if (this.#isOver) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => this.#finish({ kind: 'exit', reason: '' }), detachMs)
      const ended = this.onEnded(() => {
        clearTimeout(timer)
        ended.dispose()
        resolve()
      })
      // An empty line detaches (control.c).
      this.#stream.write(Buffer.from('\n'))
    })
  }

  #take(event: ControlEvent): void {
    if (this.#isOver) return
    switch (event.kind) {
      case 'greeting':
        return this.#greet(event.block)
      case 'block':
        return event.block.own ? this.#answer(event.block) : undefined
      case 'broken':
        return this.#finish({ kind: 'lost', error: new AppError('unsupported', `${this.#where}: ${event.reason}`) })
      case 'exit':
        return this.#leave(event.reason)
      default:
        this.#notified.fire(event)
    }
  }

  #greet(block: ControlBlock): void {
    this.#stopWatching()
    if (block.failed) {
      this.#greeting?.reject(this.#refused(block))
      return this.#finish({ kind: 'lost', error: this.#refused(block) })
    }
    this.#greeting?.resolve()
  }

  #answer(block: ControlBlock): void {
    const oldest = this.#requests[0]
    if (!oldest) return
    oldest.blocks.push(block)
    if (!block.failed && oldest.blocks.length < oldest.count) return
    this.#requests.shift()
    if (this.#requests.length === 0) this.#stopWatching()
    oldest.settle({ kind: block.failed ? 'failed' : 'done', blocks: oldest.blocks })
  }

  #leave(reason: string): void {
    this.#stopWatching()
    this.#exit = { reason, timer: setTimeout(() => this.#finish({ kind: 'exit', reason }), exitMs) }
  }

  #endOfStream(error: AppError | null): void {
    if (this.#exit) this.#finish({ kind: 'exit', reason: this.#exit.reason })
    else this.#finish({ kind: 'lost', error: error ?? this.#lost() })
  }

  #finish(end: ControlEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopWatching()
    clearTimeout(this.#exit?.timer)
    this.#stream.close()
    const error = end.kind === 'lost' ? end.error : this.#lost()
    this.#greeting?.reject(error)
    // Without a listener the rejection would count as unhandled.
    this.ready.catch(() => {})
    for (const { settle } of this.#requests.splice(0)) settle({ kind: 'ended', error })
    this.#ended.fire(end)
    this.#notified.dispose()
    this.#ended.dispose()
  }

  #watch(ms: number): void {
    this.#silence = setTimeout(() => {
      const error = new AppError('timed-out', `tmux on ${this.#where} doesn’t answer.`)
      this.#finish({ kind: 'lost', error })
    }, ms)
  }

  #stopWatching(): void {
    clearTimeout(this.#silence)
    this.#silence = undefined
  }

  #lost(): AppError {
    return new AppError('lost', `The connection to tmux on ${this.#where} was lost.`)
  }

  #refused(block: ControlBlock | undefined): AppError {
    const words = Buffer.concat(block?.lines.slice(0, 5) ?? []).toString('utf8')
    return new AppError('server-refused', `tmux on ${this.#where}: ${cleanLine(words, longestError)}`)
  }
}
