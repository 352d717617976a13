import { AppError } from '../../shared/base/errors.ts'
import { onCommandEnd } from '../ssh/command-end.ts'
import type { Connection, OpenedShell } from '../ssh/connection.ts'
import { inSh } from '../ssh/command-line.ts'
import { OutputMarks, type MarkReader } from '../ssh/output-marks.ts'
import { shownErrors, type CommandResult } from '../ssh/run-command.ts'
import { runScript } from '../ssh/run-script.ts'
import { sh, type Script } from '../ssh/script.ts'
import { commandRefused } from '../ssh/server-words.ts'
import type { Commands, CommandStream } from './file-system.ts'

/** Runs programs on the host of a connection, through `sh` whatever the user's shell is. */
export class RemoteCommands implements Commands {
  readonly #connection: Connection
  readonly #known = new Map<string, Promise<boolean>>()
  readonly #signal: AbortSignal

  /** `signal` ends commands without their own signal when the SFTP session ends. */
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
    const marks = new OutputMarks()
    return new RemoteStream(await this.#connection.exec(inSh(marks.around(script)), signal), marks)
  }

  async #look(program: string): Promise<boolean> {
    try {
      const { code } = await this.run(sh`command -v ${program} >/dev/null 2>&1`)
      return code === 0
    } catch (error) {
      // A server that runs no commands has no programs; a lost connection proves nothing.
      if (error instanceof AppError && error.code === 'server-refused') return false
      this.#known.delete(program)
      throw error
    }
  }
}

const mostErrors = 16_384

/** Passes on the script's own output and errors, without the text around them. */
class RemoteStream implements CommandStream {
  readonly #channel: OpenedShell['channel']
  readonly #errorReader: MarkReader
  readonly ended: CommandStream['ended']
  #over = false

  constructor(opened: OpenedShell, marks: OutputMarks) {
    const { channel, connection } = opened
    const said = marks.reader('output')
    const complaints = marks.reader('errors')
    this.#channel = channel
    this.#errorReader = said
    let errors: Buffer = Buffer.alloc(0)
    channel.stderr.on('data', (data: Buffer) => {
      errors = Buffer.concat([errors, complaints.push(data)]).subarray(0, mostErrors)
    })
    this.ended = new Promise((resolve, reject) => {
      onCommandEnd(opened, end => {
        this.#over = true
        channel.destroy()
        const code = end.kind === 'exited' ? end.code : null
        const heard = complaints.began ? errors : complaints.before
        if (end.kind === 'failed') reject(end.error)
        else if (!said.began) reject(commandRefused(connection.where, { output: said.before, errors: heard, code }))
        else resolve({ code: said.code ?? (code === 0 ? null : code), errors: shownErrors(heard) })
      })
    })
    this.ended.catch(() => {})
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#ownOutput()
  }

  ignoreOutput(): void {
    this.#channel.on('data', (data: Buffer) => this.#errorReader.push(data))
  }

  async *#ownOutput(): AsyncIterable<Uint8Array> {
    for await (const data of this.#channel as AsyncIterable<Buffer>) {
      const own = this.#errorReader.push(data)
      if (own.length > 0) yield own
      if (this.#errorReader.isFlooded) return
    }
    const rest = this.#errorReader.rest()
    if (rest.length > 0) yield rest
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
