import { randomBytes } from 'node:crypto'

import { assertNever } from '../../shared/base/assert-never.ts'
import { cleanLine } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import { tmuxName, type SessionList } from '../../shared/contract/sessions.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Script } from '../ssh/script.ts'
import { Operations } from '../work/operations.ts'
import { parseSessions } from './parse-sessions.ts'
import { probeScript } from './session-probe.ts'
import * as scripts from './session-scripts.ts'

type Contract = Services['sessions']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]
type TmuxRun = Extract<SessionRun, { kind: 'tmux' }>

export interface SessionServiceParts {
  /** Runs a script for `sh` on a target, signing in first if necessary. Errors: `cancelled` on abort. */
  readonly run: (target: Target, script: Script, signal: AbortSignal) => Promise<string>
  /** The same on a connected target; null for another one. */
  readonly runLive: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
  readonly nameOf: (target: Target) => string
}

/** Lists the sessions of tmux, screen and zellij on hosts, and starts, renames, detaches and ends them. */
export class SessionService implements Contract, Disposable {
  readonly #parts: SessionServiceParts
  readonly #operations = new Operations()

  constructor(parts: SessionServiceParts) {
    this.#parts = parts
  }

  list({ target, connect }: Input<'list'>): Promise<SessionList | null> {
    return this.#operations.run(null, async signal => {
      const mark = randomBytes(9).toString('hex')
      const run = connect ? this.#parts.run : this.#parts.runLive
      const output = await run(target, probeScript(mark), signal).catch((error: unknown) => {
        if (connect || !(error instanceof AppError) || error.code !== 'too-many-connections') throw error
        // The sessions of SSH are not those of this list.
        const where = this.#parts.nameOf(target)
        const text = `${where} allows nothing more on this connection. Try again to open another one.`
        throw new AppError(error.code, text, { cause: error })
      })
      return output === null ? null : parseSessions(output, mark, Date.now())
    })
  }

  async create({ target, name, folder }: Input<'create'>): Promise<SessionRun> {
    const text = await this.#act(target, scripts.createScript(tmuxName(name), folder), { name, folder })
    const { session, ...known } = scripts.createdSession(text) ?? { session: tmuxName(name) }
    return { kind: 'tmux', socket: 'default', session, ...('id' in known ? { known } : {}) }
  }

  async rename({ target, run, name }: Input<'rename'>): Promise<void> {
    await this.#act(target, scripts.renameScript(run as TmuxRun, tmuxName(name)), { name })
  }

  async detachOthers({ target, run }: Input<'detachOthers'>): Promise<number> {
    const output = await this.#run(target, scripts.detachScript(run as TmuxRun))
    this.#check(target, output, {})
    return output.match(/^@detached$/gm)?.length ?? 0
  }

  async end({ target, runs }: Input<'end'>): Promise<void> {
    await this.#act(target, scripts.endScript(runs), {})
  }

  dispose(): void {
    this.#operations.dispose()
  }

  async #act(target: Target, script: Script, wanted: Wanted): Promise<string> {
    return this.#check(target, await this.#run(target, script), wanted)
  }

  #run(target: Target, script: Script): Promise<string> {
    return this.#operations.run(null, signal => this.#parts.run(target, script, signal))
  }

  /** Returns the text of an outcome. Errors: a sentence about any other one. */
  #check(target: Target, output: string, { name = '', folder = '' }: Wanted): string {
    const where = this.#parts.nameOf(target)
    const outcome = scripts.parseOutcome(output)
    switch (outcome.kind) {
      case 'done':
        return outcome.text
      case 'gone':
        throw new AppError('not-found', `This session has already ended on ${where}.`)
      case 'taken':
        throw new AppError('exists', `${where} already has a session named “${shortName(tmuxName(name))}”.`)
      case 'missing':
        throw new AppError('not-found', `tmux is not installed on ${where}.`)
      case 'no-folder':
        throw new AppError('not-found', `${where} has no folder ${shortName(folder)} that you can open.`)
      case 'failed': {
        const said = cleanLine(outcome.text, 300)
        const words = said === '' ? 'gave no reason' : `reported: ${said}`
        throw new AppError('unsupported', `That didn’t work on ${where}, which ${words}.`)
      }
      default:
        return assertNever(outcome)
    }
  }
}

interface Wanted {
  readonly name?: string
  readonly folder?: string
}
