import { spawn } from 'node:child_process'
import { lookup } from 'node:dns/promises'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { allowCommand, type Consents } from './consents.ts'
import type { Pending } from './evaluate.ts'
import type { LiveConfig } from './live-config.ts'

export interface FindOutContext {
  readonly config: LiveConfig
  readonly consents: Consents
  /** The name of the host, for the question. */
  readonly label: string
  readonly ask: (question: Question) => Promise<Answer | null>
  readonly signal: AbortSignal
}

const execMs = 15_000
// Exit codes of a shell (POSIX, 2.8.2) and of cmd.exe. They are no answer: treating them as "no" would bypass a jump
// host that a terminal, with another PATH, would use.
const notFound = 127
const notExecutable = 126
const notFoundByCmd = 9009

/** Runs `Match exec` commands that the user has allowed, and looks up names, for the evaluation of the config. */
export async function findOut(pending: readonly Pending[], context: FindOutContext): Promise<void> {
  const { config, signal } = context
  const done = new Set<string>()
  for (const each of pending) {
    const subject = each.kind === 'exec' ? each.command : each.name
    // Several hops may need the same answer.
    if (done.has(subject)) continue
    done.add(subject)
    if (each.kind === 'resolve') {
      const found = await lookup(each.name).then(
        () => true,
        () => false,
      )
      config.learn('resolve', each.name, found)
      continue
    }
    const { command, at } = each
    await allowCommand(context, { command, place: `${at.path}:${at.line}`, reason: 'match-exec' })
    config.learn('exec', command, await run(command, signal))
  }
}

/** Runs a command as OpenSSH does: in the user's shell, without input or output. */
function run(command: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32'
    const options = { stdio: 'ignore', signal, timeout: execMs, windowsHide: true } as const
    const child = windows
      ? spawn(command, { ...options, shell: true })
      : spawn(process.env['SHELL'] || '/bin/sh', ['-c', command], options)
    child.on('error', error => reject(signal.aborted ? cancelled() : notRun(command, error.message)))
    child.on('close', (code, killed) => {
      if (code === null)
        reject(notRun(command, killed === 'SIGTERM' ? 'it took longer than 15 s' : 'it was terminated by a signal'))
      else if (code === notFound || code === notExecutable || (windows && code === notFoundByCmd))
        reject(notRun(command, code === notExecutable ? 'permission denied' : 'command not found'))
      else resolve(code === 0)
    })
  })
}

function notRun(command: string, why: string): AppError {
  return new AppError(
    'invalid-input',
    `Match exec “${command.slice(0, 80)}” could not be run: ${why}. Correct that line.`,
  )
}
