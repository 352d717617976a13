import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { Channel, Connection, OpenedShell } from '../ssh/connection.ts'
import type { Lease } from '../ssh/connection-pool.ts'
import type { SessionOptions } from '../ssh/hop-options.ts'
import { matchesPattern } from '../ssh-config/patterns.ts'
import type { Shell, ShellEnd } from './shell.ts'

// Twice the 2 MiB window that ssh2 grants; a server that sends on past it ignores the protocol.
const maxBuffered = 4 * 1024 * 1024
const watchMs = 250

export interface ShellStart {
  readonly size: TerminalSize
  readonly env: NodeJS.ProcessEnv
  readonly session: SessionOptions
  readonly signal: AbortSignal
}

/** SendEnv and SetEnv of ssh_config(5); what is set wins over what is passed on. */
export function variablesOf(
  { sendEnv, setEnv }: Pick<SessionOptions, 'sendEnv' | 'setEnv'>,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const sent = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && sendEnv.some(pattern => matchesPattern(entry[0], pattern)),
  )
  const set = setEnv.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const)
  return Object.fromEntries([...sent, ...set])
}

/** Opens a shell on a leased connection and owns the lease from then on. */
export async function startRemoteShell(
  lease: Lease<Connection>,
  { size, env, session, signal }: ShellStart,
): Promise<Shell> {
  const { connection } = lease
  // Without a language of its own (a desktop start often has none) a shell should still take UTF-8.
  const wanted = { COLORTERM: 'truecolor', LANG: env['LANG'] || 'C.UTF-8', ...variablesOf(session, env) }
  const { command, tty } = session
  try {
    const opened = await connection.shell({ size, term: 'xterm-256color', env: wanted, command, tty }, signal)
    return new RemoteShell(opened, lease)
  } catch (error) {
    lease.dispose()
    throw error
  }
}

class RemoteShell implements Shell {
  readonly #channel: Channel
  readonly #early: OpenedShell['early']
  readonly #lease: Lease<Connection>
  readonly #lost: Disposable
  #end: ShellEnd = { kind: 'exited', exit: { code: null, signal: null } }
  #over = false
  #watch: NodeJS.Timeout | undefined
  #tell: ((end: ShellEnd) => void) | undefined

  constructor({ channel, early }: OpenedShell, lease: Lease<Connection>) {
    this.#channel = channel
    this.#early = early
    this.#lease = lease
    this.#lost = lease.connection.onClosed(error => {
      if (error) this.#end = { kind: 'lost', error }
      this.#finish()
    })
    channel.on('exit', (code: number | null, signal?: string) => this.#note(code, signal))
    channel.on('close', () => this.#close())
    channel.on('error', () => this.#finish())
  }

  onData(listener: (data: Buffer) => void): void {
    this.#channel.on('data', listener)
    this.#channel.stderr.on('data', listener)
  }

  onEnd(listener: (end: ShellEnd) => void): void {
    this.#tell = listener
    if (this.#early.exit) this.#note(...this.#early.exit)
    if (this.#over) listener(this.#end)
    else if (this.#early.closed === true) this.#close()
  }

  write(data: Uint8Array): void {
    if (this.#over) return
    this.#lease.connection.noteSent()
    this.#channel.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  }

  resize({ cols, rows }: TerminalSize): void {
    if (!this.#over) this.#channel.setWindow(rows, cols, 0, 0)
  }

  pause(): void {
    this.#channel.pause()
    this.#channel.stderr.pause()
    // A server that ignores the window it was granted would fill memory while nothing is read.
    this.#watch ??= setInterval(() => this.#stopIfTooMuch(), watchMs)
  }

  resume(): void {
    clearInterval(this.#watch)
    this.#watch = undefined
    this.#channel.resume()
    this.#channel.stderr.resume()
  }

  dispose(): void {
    if (this.#over) return
    this.#channel.close()
    this.#finish()
  }

  #note(code: number | null, signal: string | undefined): void {
    const name = signal === undefined ? null : cleanLine(signal.replace(/^SIG/, ''), 32)
    this.#end = { kind: 'exited', exit: { code, signal: name } }
  }

  // A paused channel still holds what came before the close.
  #close(): void {
    if (this.#channel.readableEnded || this.#channel.readableLength === 0) this.#finish()
    else this.#channel.once('end', () => this.#finish())
  }

  #stopIfTooMuch(): void {
    const { where } = this.#lease.connection
    if (this.#channel.readableLength + this.#channel.stderr.readableLength <= maxBuffered) return
    this.#end = {
      kind: 'lost',
      error: new AppError('lost', `${where} sends more than it may. The session was closed.`),
    }
    this.dispose()
  }

  #finish(): void {
    if (this.#over) return
    this.#over = true
    clearInterval(this.#watch)
    this.#lost.dispose()
    this.#lease.dispose()
    this.#tell?.(this.#end)
  }
}
