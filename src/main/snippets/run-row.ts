import { randomUUID } from 'node:crypto'

import { cancelled } from '../../shared/base/abort.ts'
import { assertNever } from '../../shared/base/assert-never.ts'
import { AppError, toWireError } from '../../shared/base/errors.ts'
import type { Dialect } from '../../shared/base/shell-dialect.ts'
import type { RunRow, RunState } from '../../shared/contract/snippets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { onCommandEnd, type CommandEnd } from '../ssh/command-end.ts'
import type { Connection, OpenedShell } from '../ssh/connection.ts'
import type { Lease, LeaseOptions } from '../ssh/connection-pool.ts'
import { cleanLine } from '../../shared/base/clean-text.ts'
import type { Composed } from './compose.ts'
import { typedByUser } from '../ssh/command-line.ts'
import { loginShell } from '../ssh/login-shell.ts'
import { runScript } from '../ssh/run-script.ts'
import { sh } from '../ssh/script.ts'
import { MarkFilter } from './run-mark.ts'
import { OutputLog } from './run-output.ts'

/** The remote shell, and the word by which a command reports its process. */
export interface Far {
  readonly dialect: Dialect
  readonly mark: string
}

export interface RunRowParts {
  readonly target: Target
  readonly label: string
  readonly lease: (options: LeaseOptions) => Promise<Lease<Connection>>
  readonly compose: (far: Far) => Composed
  readonly onChanged: () => void
  readonly reportBug: (error: unknown) => void
}

// The time that a program gets to end after SIGTERM.
const graceMs = 2_000
const lastMs = 2_000

/** A command on one host: from the sign-in to its end, with its output. */
export class RunRowJob {
  readonly #parts: RunRowParts
  #state: RunState = { kind: 'waiting' }
  #log = new OutputLog()
  #abort = new AbortController()
  /** The command was sent to the host. */
  #asked = false
  #startedAt: number | null = null
  #endedAt: number | null = null
  #stop: (() => void) | undefined
  #digest: string | null = null
  #running: Promise<void> = Promise.resolve()

  constructor(parts: RunRowParts) {
    this.#parts = parts
  }

  get log(): OutputLog {
    return this.#log
  }

  get state(): RunState {
    return this.#state
  }

  get isOver(): boolean {
    return /^(ended|failed|stopped)$/.test(this.#state.kind)
  }

  snapshot(): RunRow {
    const { target, label } = this.#parts
    return {
      target,
      label,
      state: this.#state,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      bytes: this.#log.bytes,
      digest: this.#digest,
    }
  }

  /** Returns to the state before it ran. */
  reset(): void {
    this.#log = new OutputLog()
    this.#abort = new AbortController()
    this.#asked = false
    this.#digest = null
    this.#startedAt = null
    this.#endedAt = null
    this.#set({ kind: 'waiting' })
  }

  /** Resolves when the started work has ended. */
  get over(): Promise<void> {
    return this.#running
  }

  /** Resolves when it has ended, whatever the result; never throws. */
  run(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    try {
      this.#set({ kind: 'connecting', step: 'Connecting' })
      const lease = await this.#parts.lease({ onStep: step => this.#set(step), signal })
      try {
        await this.#command(lease.connection, signal)
      } finally {
        lease.dispose()
      }
    } catch (error) {
      if (signal.aborted) this.#end({ kind: 'stopped', sure: !this.#asked })
      else {
        if (!(error instanceof AppError)) this.#parts.reportBug(error)
        this.#end({ kind: 'failed', error: toWireError(error) })
      }
    }
  }

  /** Stops a running command, with SIGTERM first; a waiting one is not started. */
  stop(): void {
    if (this.isOver) return
    this.#abort.abort()
    if (this.#state.kind === 'waiting') this.#end({ kind: 'stopped', sure: true })
    this.#stop?.()
  }

  async #command(connection: Connection, signal: AbortSignal): Promise<void> {
    this.#set({ kind: 'connecting', step: 'Starting' })
    const mark = `hawser-run-${randomUUID()}`
    const dialect = await loginShell(connection, signal)
    const composed = this.#parts.compose({ dialect, mark })
    // The whole line is one argument of the remote shell, which Linux limits to 128 KiB.
    if (Buffer.byteLength(composed.text) > maxCommand)
      throw new AppError(
        'invalid-input',
        'With its values, this snippet is longer than 120 KB, the maximum for a single command.',
      )
    if (signal.aborted) throw cancelled()
    this.#asked = true
    const opened = await connection.exec(typedByUser(composed.text), signal)
    this.#startedAt = Date.now()
    this.#set({ kind: 'running' })
    const ended = this.#follow(opened, new MarkFilter(composed.text.includes(mark) ? mark : null))
    opened.channel.end(composed.hidden.length === 0 ? undefined : `${composed.hidden.join('\n')}\n`)
    await ended
  }

  /** Resolves when the command has ended. */
  #follow(opened: OpenedShell, said: MarkFilter): Promise<void> {
    const { channel, connection } = opened
    const { signal } = this.#abort
    const log = this.#log
    return new Promise(resolve => {
      const timers: NodeJS.Timeout[] = []
      const stopping = new AbortController()
      let over = false
      const finish = (state: RunState) => {
        if (over) return
        over = true
        this.#print(log, said.rest(), 'err')
        timers.forEach(clearTimeout)
        stopping.abort()
        ending.dispose()
        this.#stop = undefined
        this.#end(state)
        resolve()
      }
      const ending = onCommandEnd(opened, end =>
        finish(
          signal.aborted && end.kind !== 'failed'
            ? { kind: 'stopped', sure: end.kind === 'exited' }
            : endOf(end, connection),
        ),
      )
      const print = (data: Buffer, stream: 'out' | 'err') => (over ? undefined : this.#print(log, data, stream))
      channel.on('data', (data: Buffer) => print(data, 'out'))
      channel.stderr.on('data', (data: Buffer) => print(said.pass(data), 'err'))
      this.#stop = () => {
        const ask = (name: 'TERM' | 'KILL') => {
          if (said.pid === null) channel.signal(name)
          else void signalGroup(connection, { pid: said.pid, name, signal: stopping.signal })
        }
        const giveUp = () => {
          channel.close()
          finish({ kind: 'stopped', sure: false })
        }
        ask('TERM')
        timers.push(
          setTimeout(() => ask('KILL'), graceMs),
          setTimeout(giveUp, graceMs + lastMs),
        )
      }
      if (signal.aborted) this.#stop()
    })
  }

  #print(log: OutputLog, data: Buffer, stream: 'out' | 'err'): void {
    if (data.length === 0) return
    log.add(data, stream)
    this.#parts.onChanged()
  }

  #end(state: RunState): void {
    if (this.isOver) return
    this.#endedAt = Date.now()
    this.#digest = this.#log.digest()
    this.#set(state)
  }

  #set(state: RunState): void {
    this.#state = state
    this.#parts.onChanged()
  }
}

const maxCommand = 120 * 1024

/** Sends a signal to a process and all its children; the result shows when it ends. */
async function signalGroup(
  connection: Connection,
  { pid, name, signal }: { readonly pid: number; readonly name: 'TERM' | 'KILL'; readonly signal: AbortSignal },
): Promise<void> {
  const options = { signal, timeoutMs: graceMs + lastMs }
  await runScript(connection, sh`kill ${`-${name}`} ${-pid} || kill ${`-${name}`} ${pid}`, options).catch(() => {})
}

// A channel that closes without an exit status was cut off.
function endOf(end: CommandEnd, { where }: Connection): RunState {
  switch (end.kind) {
    case 'exited': {
      const { code, signal } = end
      return { kind: 'ended', code, signal: signal === undefined ? null : cleanLine(signal.replace(/^SIG/, ''), 32) }
    }
    case 'closed': {
      const error = new AppError('lost', `The command on ${where} ended without an exit code. Run it again.`)
      return { kind: 'failed', error: toWireError(error) }
    }
    case 'failed':
      return { kind: 'failed', error: toWireError(end.error) }
    default:
      return assertNever(end)
  }
}
