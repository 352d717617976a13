import { assertNever } from '../../shared/base/assert-never.ts'
import { cleanLine } from '../../shared/base/clean-text.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { onCommandEnd, type CommandEnd } from '../ssh/command-end.ts'
import type { Channel, Connection, OpenedShell } from '../ssh/connection.ts'
import type { Lease } from '../ssh/connection-pool.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import type { SessionOptions } from '../ssh/hop-options.ts'
import { matchesPattern } from '../ssh-config/patterns.ts'
import type { Shell, ShellEnd } from './shell.ts'

export interface ShellStart {
  readonly size: TerminalSize
  readonly env: NodeJS.ProcessEnv
  readonly session: SessionOptions
  readonly signal: AbortSignal
  /** Called with the steps of another sign-in, if the connection has no sessions left. */
  readonly onStep: (step: DialStep) => void
}

/**
 * The variables to request for a remote shell: those of SendEnv and SetEnv of ssh_config(5) and no others, as in ssh.
 * SetEnv wins over SendEnv. A local language that the server lacks would make its programs complain, so the server's
 * own stays unless the config sends another.
 */
export function variablesOf(
  { sendEnv, setEnv }: Pick<SessionOptions, 'sendEnv' | 'setEnv'>,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  // COLORTERM describes Hawser's own terminal, not one that Hawser was started in.
  const sent = Object.entries({ ...env, COLORTERM: 'truecolor' }).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && sendEnv.some(pattern => matchesPattern(entry[0], pattern)),
  )
  const set = setEnv.map(each => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)] as const)
  return Object.fromEntries([...sent, ...set])
}

/** A shell and its connection, which is another one if the leased one had no sessions left. */
export interface CarriedShell extends Shell {
  readonly connection: Connection
}

/** Opens a shell on a leased connection and takes ownership of the lease. */
export async function startRemoteShell(
  lease: Lease<Connection>,
  { size, env, session, signal, onStep }: ShellStart,
): Promise<CarriedShell> {
  const { connection } = lease
  const wanted = variablesOf(session, env)
  const { command, tty } = session
  try {
    const opened = await connection.shell({ size, term: 'xterm-256color', env: wanted, command, tty }, signal, onStep)
    return new RemoteShell(opened, lease)
  } catch (error) {
    lease.dispose()
    throw error
  }
}

class RemoteShell implements CarriedShell {
  readonly connection: Connection
  readonly #channel: Channel
  readonly #ending: Disposable
  readonly #lease: Lease<Connection>
  #end: ShellEnd | undefined
  #listener: ((end: ShellEnd) => void) | undefined

  constructor(opened: OpenedShell, lease: Lease<Connection>) {
    this.#channel = opened.channel
    this.connection = opened.connection
    this.#lease = lease
    // The connection without free sessions is released for others.
    if (opened.connection !== lease.connection) lease.dispose()
    this.#ending = onCommandEnd(opened, end => this.#finish(shellEnd(end)))
  }

  onData(listener: (data: Buffer) => void): void {
    this.#channel.on('data', listener)
    this.#channel.stderr.on('data', listener)
  }

  onEnd(listener: (end: ShellEnd) => void): void {
    this.#listener = listener
    if (this.#end) listener(this.#end)
  }

  write(data: Uint8Array): void {
    if (this.#end || !this.#channel.writable) return
    this.connection.noteSent()
    this.#channel.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  }

  resize({ cols, rows }: TerminalSize): void {
    if (!this.#end) this.#channel.setWindow(rows, cols, 0, 0)
  }

  pause(): void {
    this.#channel.pause()
    this.#channel.stderr.pause()
  }

  resume(): void {
    this.#channel.resume()
    this.#channel.stderr.resume()
  }

  dispose(): void {
    if (this.#end) return
    this.#channel.close()
    this.#finish({ kind: 'exited', exit: { code: null, signal: null } })
  }

  #finish(end: ShellEnd): void {
    if (this.#end) return
    this.#end = end
    this.#ending.dispose()
    this.#lease.dispose()
    this.#listener?.(end)
  }
}

function shellEnd(end: CommandEnd): ShellEnd {
  switch (end.kind) {
    case 'exited': {
      const signal = end.signal === undefined ? null : cleanLine(end.signal.replace(/^SIG/, ''), 32)
      return { kind: 'exited', exit: { code: end.code, signal } }
    }
    case 'closed':
      return { kind: 'exited', exit: { code: null, signal: null } }
    case 'failed':
      // Closed on purpose by Hawser.
      return end.error.code === 'cancelled'
        ? { kind: 'exited', exit: { code: null, signal: null } }
        : { kind: 'lost', error: end.error }
    default:
      return assertNever(end)
  }
}
