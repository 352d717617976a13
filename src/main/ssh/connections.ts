import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Group, Host, HostId } from '../../shared/contract/hosts.ts'
import type { Question } from '../../shared/contract/prompts.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Prompter } from '../prompts/prompter.ts'
import type { Consents } from '../ssh-config/consents.ts'
import { findOut } from '../ssh-config/find-out.ts'
import type { LiveConfig } from '../ssh-config/live-config.ts'
import type { Connection } from './connection.ts'
import { planConnection, targetHop, type ConfigView, type ConnectionPlan } from './connection-plan.ts'
import type { ConnectionPool, Lease, LeaseOptions } from './connection-pool.ts'
import type { CommandResult } from './run-command.ts'
import { probePort } from './probe-port.ts'
import type { Lost, Redials, Turn } from './redials.ts'
import { isUnanswered } from './retry.ts'
import { needScripts, runScript } from './run-script.ts'
import type { Script } from './script.ts'
import { withWords } from './server-words.ts'

/** The hosts that targets may name; read anew for each plan. */
export interface SavedHosts {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
  /** The name of a host that comes from the config; null for others. */
  configName(id: HostId): string | null
}

export interface ConnectionsParts {
  readonly pool: ConnectionPool<Connection>
  readonly hosts: SavedHosts
  readonly config: LiveConfig
  readonly consents: Consents
  readonly prompter: Prompter
  readonly redials: Redials
  /** Resolves when the environment is complete that programs of the config start with. */
  readonly ready?: Promise<unknown> | undefined
  readonly reportBug: (where: string, error: unknown) => void
}

// An answer may lead to lines that ask the next question; a config that goes on asking is a mistake.
const maxRounds = 32
const scriptMs = 30_000
const scriptBytes = 4 * 1024 * 1024
// The errors of `planConnection` for a host that was deleted or is unreachable with its current config.
const unplannable = new Set(['not-found', 'invalid-input'])

/** The way from a target to its connection: plans, prepares, leases, and runs scripts. */
export class Connections {
  readonly pool: ConnectionPool<Connection>
  readonly #parts: ConnectionsParts
  // Logins that the server refused last time.
  readonly #refused = new Map<string, AppError>()

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
    this.pool = parts.pool
  }

  /** What is known now, for showing and comparing; what only running can tell is left open. Throws like `planConnection`. */
  plan(target: Target): ConnectionPlan {
    const { config } = this.#parts
    return this.#plan(target, config.resolve.bind(config))
  }

  /** The plan to dial by: everything it depends on was asked, run and looked up. Throws `needs-answer` when `quiet`. */
  async prepare(
    target: Target,
    { quiet = false, onStep, signal, asker = 'person' }: LeaseOptions,
  ): Promise<ConnectionPlan> {
    const { prompter, config, consents } = this.#parts
    await config.refresh()
    for (let round = 0; round < maxRounds; round++) {
      const plan = this.#plan(target, config.resolveFresh.bind(config))
      const pending = plan.flatMap(hop => hop.pending)
      if (pending.length === 0) return plan
      const { label } = targetHop(plan)
      const ask = (question: Question) => {
        if (quiet)
          throw new AppError(
            'needs-answer',
            `${label} needs your input, and a background connection can’t ask for it. Connect to it first.`,
          )
        onStep({ kind: 'asking' })
        return prompter.ask(question, { asker, signal })
      }
      await findOut(pending, { config, consents, label, ask, signal })
    }
    throw new AppError('invalid-input', 'The SSH config keeps leading to new questions. Check its Match exec lines.')
  }

  /** A lease on the shared connection to a target, which is dialled when need be. */
  async lease(target: Target, options: LeaseOptions): Promise<Lease<Connection>> {
    await this.#parts.ready
    return this.leaseBy(await this.prepare(target, options), options)
  }

  /**
   * The same for a plan. Errors: what the server refused before, for a `quiet` attempt: a password must not be refused
   * again and again without anybody there.
   */
  async leaseBy(plan: ConnectionPlan, options: LeaseOptions): Promise<Lease<Connection>> {
    const login = targetHop(plan).key
    const refused = this.#refused.get(login)
    if (options.quiet === true && refused) throw refused
    try {
      const lease = await this.pool.lease(plan, options)
      this.#refused.delete(login)
      return lease
    } catch (error) {
      if (error instanceof AppError && error.code === 'auth-failed') this.#refused.set(login, error)
      throw error
    }
  }

  /** True if the target is reached by this login. */
  isOf(target: Target, login: string): boolean {
    const plan = this.planIfAny(target)
    return plan !== null && targetHop(plan).key === login
  }

  /** True where somebody holds a connection to the target; false for a host that can't be planned. */
  isLive(target: Target): boolean {
    const plan = this.planIfAny(target)
    return plan !== null && this.pool.isLive(plan)
  }

  /** Null for a host that was deleted, or that can't be reached as its config is now. */
  planIfAny(target: Target): ConnectionPlan | null {
    try {
      return this.plan(target)
    } catch (error) {
      if (!(error instanceof AppError) || !unplannable.has(error.code)) this.#parts.reportBug('plan', error)
      return null
    }
  }

  /** Waits until the lost connection to a target is to be dialed again, together with all that waits for its login. */
  redial(target: Target, lost: Lost): Turn {
    return this.#parts.redials.wait(this.#loginOf(target), lost, async signal => {
      // A host deleted in the meantime is unreachable.
      const plan = this.planIfAny(target)
      if (plan === null || !(await probePort(plan[0], signal))) return 'away'
      return plan.length === 1 && isUnanswered(lost.error) ? 'back' : 'there'
    })
  }

  /** Lets that be sooner, because someone is waiting. */
  hurry(target: Target): void {
    this.#parts.redials.hurry(this.#loginOf(target))
  }

  /**
   * Runs a script for `sh` on a target, signing in first where needed, and answers what it printed, up to 4 MiB within
   * 30 s. Throws what signing in throws, `cancelled`, and `unsupported` with the server's words when it fails.
   */
  async run(target: Target, script: Script, signal: AbortSignal): Promise<string> {
    return runOn(await this.lease(target, { onStep: () => {}, signal }), script, signal)
  }

  /** The same where the target is connected already; null where it is not. Throws `too-many-connections`, too. */
  async runLive(target: Target, script: Script, signal: AbortSignal): Promise<string | null> {
    const plan = this.plan(target)
    const lease = await this.pool.leaseLive(plan)
    if (lease) return runOn(lease, script, signal)
    if (this.pool.isLive(plan)) throw new AppError('too-many-connections', 'No more sessions are available.')
    return null
  }

  #loginOf(target: Target): string {
    const plan = this.planIfAny(target)
    return plan === null ? targetKey(target) : targetHop(plan).key
  }

  #plan(target: Target, resolve: ConfigView['resolve']): ConnectionPlan {
    if (target.kind === 'local') throw new AppError('invalid-input', 'SSH is not used for this computer.')
    const { config, hosts } = this.#parts
    const view: ConfigView = {
      nameOf: id => hosts.configName(id),
      resolve,
      problem: () => config.notes[0] ?? null,
    }
    return planConnection(target, {
      hosts: hosts.hosts,
      groups: hosts.groups,
      localUser: config.facts.user,
      config: view,
    })
  }
}

async function runOn(lease: Lease<Connection>, script: Script, signal: AbortSignal): Promise<string> {
  try {
    if (signal.aborted) throw cancelled()
    await needScripts(lease.connection, signal)
    const options = { signal, timeoutMs: scriptMs, maxBytes: scriptBytes }
    return outputOf(await runScript(lease.connection, script, options), lease.connection)
  } finally {
    lease.dispose()
  }
}

/**
 * Returns the output of a script. Errors: `unsupported` with its error output if it failed, since its output is then
 * meaningless.
 */
function outputOf({ code, output, errors }: CommandResult, { where }: Connection): string {
  if (code === 0) return output.toString('utf8')
  const how = code === null ? 'was terminated by a signal' : `failed with exit code ${code}`
  const words = { output: '', errors, code }
  throw new AppError('unsupported', withWords(`A command on ${where} ${how}.`, words, 'Try it in a terminal.'))
}
