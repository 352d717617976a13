import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex } from 'node:stream'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'

const maxErrors = 4_096
const endingMs = 300
// Every shell exits with this code for a program that it can't find.
const notFound = 127
const windows = process.platform === 'win32'

/**
 * Runs a ProxyCommand (ssh_config(5)) and returns its standard input and output as the connection to the server. The
 * command line is the user's own and was shown to them in full; the shell replaces itself with it, as in OpenSSH.
 * Destroying the stream ends the process.
 */
export function runProxyCommand(command: string, label: string): Duplex {
  const child = windows
    ? spawn(command, { shell: true, windowsHide: true })
    : // A process group of its own, so that its child processes end with it.
      spawn(process.env['SHELL'] || '/bin/sh', ['-c', `exec ${command}`], { detached: true })
  return new ProcessStream(child, label)
}

/** A process as a byte stream. */
class ProcessStream extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams
  #errors = ''
  #ending: NodeJS.Timeout | undefined

  constructor(child: ChildProcessWithoutNullStreams, label: string) {
    super({ allowHalfOpen: false })
    this.#child = child
    child.stdout.on('data', (data: Buffer) => {
      if (!this.push(data)) child.stdout.pause()
    })
    // nc keeps running after the server has closed; if the process doesn't exit, its remaining output is awaited.
    child.stdout.on('end', () => (this.#ending = setTimeout(() => this.push(null), endingMs)))
    child.stderr.on('data', (data: Buffer) => (this.#errors = (this.#errors + data.toString('utf8')).slice(-maxErrors)))
    // Writing to an exited command is reported through its exit.
    child.stdin.on('error', () => {})
    child.on('error', error => this.destroy(ended(label, error.message)))
    child.on('close', code => {
      clearTimeout(this.#ending)
      const last = cleanLine(this.#errors.trim().split('\n').at(-1) ?? '', 200)
      if (this.destroyed) return
      if (code === 0) this.push(null)
      else if (code === notFound && !windows) this.destroy(missing(label, last))
      else this.destroy(ended(label, last || `it ended with ${code === null ? 'a signal' : `code ${code}`}`))
    })
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#child.stdin.write(data)) done()
    else this.#child.stdin.once('drain', () => done())
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#ending)
    const { pid } = this.#child
    try {
      if (pid !== undefined && this.#child.exitCode === null) {
        if (windows) this.#child.kill()
        else process.kill(-pid, 'SIGHUP')
      }
    } catch {
      // The process has just exited.
    }
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) pipe.destroy()
    done(error)
  }
}

function ended(label: string, why: string): AppError {
  return new AppError('unreachable', `The ProxyCommand of ${label} exited: ${why}. Try it in a terminal.`)
}

/** The message names PATH: it is usually different from the one in a terminal. */
function missing(label: string, said: string): AppError {
  const path = cleanLine(process.env['PATH'] ?? '', 1_000)
  return new AppError(
    'unreachable',
    `The ProxyCommand of ${label} was not found: ${said || 'exit code 127'}. Folders searched: ${path}. Use its full path, or add its folder to PATH in your login shell.`,
  )
}
