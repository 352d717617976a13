import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { MarkReader, OutputMarks } from '../ssh/output-marks.ts'
import { commandRefused } from '../ssh/server-words.ts'
import { readVerdict, remainsCode, type Verdict } from './control-command.ts'
import { AttachedSession } from './attached-session.ts'
import type { ControlStream } from './control-stream.ts'

const longestVerdict = 256
const longestComplaint = 300
const mostErrors = 16 * 1024
const lineEnd = 0x0a
// The login shell's startup files run before.
const verdictMs = 30_000

/** A running `controlCommand`. */
export interface StartedCommand extends ControlStream {
  onErrors(listener: (data: Uint8Array) => void): void
}

export interface ControlStart {
  readonly command: StartedCommand
  /** Those of the command line. */
  readonly marks: OutputMarks
  readonly where: string
  readonly session: string
  readonly size: TerminalSize
  readonly signal: AbortSignal
}

/** A session, or the version of a tmux without what control mode needs (before 3.2); null if tmux isn't installed. */
export type ControlAnswer =
  | { readonly kind: 'session'; readonly session: AttachedSession }
  | { readonly kind: 'unusable'; readonly version: string | null }

/**
 * Waits until a command of `controlCommand` has attached. Errors: those of `AttachedSession.attach`, `cancelled`, `not-found` if the session doesn't exist, and `server-refused` if the server printed something else.
 */
export async function startControl(start: ControlStart): Promise<ControlAnswer> {
  const { command, where, session, size, signal } = start
  const abort = () => command.close()
  signal.addEventListener('abort', abort)
  try {
    signal.throwIfAborted()
    const { verdict, opening } = await openCommand(start)
    if (verdict.kind === 'ready') {
      const remains = () => opening.remains
      const attached = AttachedSession.attach({ stream: opening, where, size, remains })
      return {
        kind: 'session',
        session: await attached.catch((error: unknown) => rethrow(error, opening.complaint, where)),
      }
    }
    command.close()
    if (verdict.kind === 'unusable') return verdict
    throw new AppError('not-found', `The tmux session “${session}” no longer exists on this host.`)
  } catch (error) {
    command.close()
    throw signal.aborted ? new AppError('cancelled', 'Cancelled', { cause: error }) : error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** tmux without a server that it can reach complains on standard error, and ends. */
function rethrow(error: unknown, complaint: string, where: string): never {
  if (!(error instanceof AppError) || error.code !== 'lost' || complaint === '') throw error
  throw new AppError('server-refused', `tmux on ${where}: ${complaint}`, { cause: error })
}

interface OpenedCommand {
  readonly verdict: Verdict
  /** The stream of control mode, which follows the verdict. */
  readonly opening: Opening
}

function openCommand(start: ControlStart): Promise<OpenedCommand> {
  return new Promise((resolve, reject) => {
    const opening = new Opening(start, verdict => {
      clearTimeout(timer)
      if (verdict instanceof AppError) reject(verdict)
      else resolve({ verdict, opening })
    })
    const timer = setTimeout(() => {
      reject(new AppError('timed-out', `Starting tmux on ${start.where} took too long. Try again.`))
    }, verdictMs)
  })
}

/** Takes the marks and the verdict off the output of a command; the rest is the stream of control mode. */
class Opening implements ControlStream {
  readonly #start: ControlStart
  readonly #output: MarkReader
  readonly #errors: MarkReader
  readonly #done: (verdict: Verdict | AppError) => void
  #complaint = Buffer.alloc(0)
  #isOpen = false
  /** What arrived before somebody listened: at first the beginning of the verdict. */
  #held = Buffer.alloc(0)
  #end: { readonly error: AppError | null } | undefined
  #take: ((data: Uint8Array) => void) | undefined
  #tellEnd: ((error: AppError | null) => void) | undefined

  constructor(start: ControlStart, done: (verdict: Verdict | AppError) => void) {
    this.#start = start
    this.#done = done
    this.#output = start.marks.reader('output')
    this.#errors = start.marks.reader('errors')
    start.command.onErrors(data => this.#readErrors(bufferOf(data)))
    start.command.onEnd(error => this.#finish(error))
    start.command.onData(data => this.#read(this.#output.push(bufferOf(data))))
  }

  /** True if the session outlived tmux's client; null if the command hasn't said. */
  get remains(): boolean | null {
    return this.#output.code === null ? null : this.#output.code === remainsCode
  }

  /** What it has printed to standard error, safe to show. */
  get complaint(): string {
    return cleanLine(this.#complaint.toString('utf8'), longestComplaint)
  }

  onData(listener: (data: Uint8Array) => void): void {
    this.#take = listener
    const held = this.#held
    this.#held = Buffer.alloc(0)
    if (held.length > 0) listener(held)
  }

  onEnd(listener: (error: AppError | null) => void): void {
    this.#tellEnd = listener
    if (this.#end) listener(this.#end.error)
  }

  write(data: Uint8Array): void {
    this.#start.command.write(data)
  }

  close(): void {
    this.#start.command.close()
  }

  #read(own: Buffer): void {
    if (this.#take) return this.#take(own)
    this.#held = Buffer.concat([this.#held, own])
    if (this.#isOpen) return
    const end = this.#held.indexOf(lineEnd)
    if (end < 0 && this.#held.length < longestVerdict && !this.#output.isFlooded) return
    const verdict = readVerdict(this.#held.toString('utf8', 0, Math.max(end, 0)))
    if (!verdict) return this.#finish(null)
    this.#isOpen = true
    this.#held = this.#held.subarray(end + 1)
    this.#done(verdict)
  }

  #readErrors(data: Buffer): void {
    const own = this.#errors.push(data)
    this.#complaint = Buffer.concat([this.#complaint, this.#errors.began ? own : data]).subarray(0, mostErrors)
  }

  #finish(error: AppError | null): void {
    this.#end ??= { error }
    if (!this.#isOpen) this.#done(error ?? this.#refusal())
    this.#tellEnd?.(error)
  }

  #refusal(): AppError {
    const { began, before, code } = this.#output
    const { where } = this.#start
    // The command itself has run: these are tmux's words.
    if (began && this.complaint !== '') return new AppError('server-refused', `tmux on ${where}: ${this.complaint}`)
    return commandRefused(where, { output: before, errors: this.#complaint, code })
  }
}

function bufferOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
}
