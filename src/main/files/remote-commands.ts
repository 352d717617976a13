import { AppError } from '../../shared/base/errors.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
import { onCommandEnd } from '../ssh/command-end.ts'
import type { Connection, OpenedShell } from '../ssh/connection.ts'
import { inSh } from '../ssh/command-line.ts'
import type { CommandResult } from '../ssh/run-command.ts'
import { runScript } from '../ssh/run-script.ts'
import { sh, type Script } from '../ssh/script.ts'
import type { Commands, CommandStream } from './file-system.ts'

/** Programs on the host of a connection. Commands go to `sh`, whatever shell the user has. */
export class RemoteCommands implements Commands {
  readonly #connection: Connection
  readonly #known = new Map<string, Promise<boolean>>()
  readonly #signal: AbortSignal

  /** `signal` ends the commands that are given none of their own: it is that of the session for files. */
  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection
    this.#signal = signal
  }

  run(
    script: Script,
    { signal = this.#signal, ...options }: Parameters<Commands['run']>[1] = {},
  ): Promise<CommandResult> {
    return runScript(this.#connection, script, { ...options, signal })
  }

  has(program: string): Promise<boolean> {
    const known = this.#known.get(program) ?? this.#look(program)
    this.#known.set(program, known)
    return known
  }

  async start(script: Script, signal: AbortSignal): Promise<CommandStream> {
    return new RemoteStream(await this.#connection.exec(inSh(script), signal))
  }

  async #look(program: string): Promise<boolean> {
    try {
      const { code } = await this.run(sh`command -v ${program} >/dev/null 2>&1`)
      return code === 0
    } catch (error) {
      // A server that runs no commands has no programs; a lost link says nothing about them.
      if (error instanceof AppError && error.code === 'server-refused') return false
      this.#known.delete(program)
      throw error
    }
  }
}

class RemoteStream implements CommandStream {
  readonly #channel: OpenedShell['channel']
  readonly ended: CommandStream['ended']
  #over = false

  constructor(opened: OpenedShell) {
    const { channel } = opened
    this.#channel = channel
    let errors = ''
    channel.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString('utf8')).slice(0, 16_384)))
    this.ended = new Promise((resolve, reject) => {
      onCommandEnd(opened, end => {
        this.#over = true
        channel.destroy()
        if (end.kind === 'failed') reject(end.error)
        else resolve({ code: end.kind === 'exited' ? end.code : null, errors: cleanText(errors, 2_000).trim() })
      })
    })
    this.ended.catch(() => {})
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#channel
  }

  ignoreOutput(): void {
    this.#channel.resume()
  }

  async write(data: Uint8Array): Promise<void> {
    if (this.#over) throw new AppError('files-failed', 'The command has ended.')
    if (this.#channel.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))) return
    const drained = new Promise<void>(resolve => this.#channel.once('drain', resolve))
    await Promise.race([drained, this.ended.then(() => {})])
  }

  end(): void {
    if (!this.#over) this.#channel.end()
  }

  dispose(): void {
    if (this.#over) return
    this.#over = true
    this.#channel.close()
    this.#channel.destroy()
  }
}
