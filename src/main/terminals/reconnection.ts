import { AppError, toWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { TerminalState } from '../../shared/contract/terminals.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import { judgeFailure } from '../ssh/retry.ts'

export interface ReconnectionParts {
  /** Waits until the lost connection is to be dialed again. */
  readonly redial: (lost: Lost) => Turn
  /** Connects and starts the shell; `quiet` asks nothing. Throws AppErrors. */
  readonly connect: (options: { readonly quiet: boolean; readonly signal: AbortSignal }) => Promise<void>
  readonly onState: (state: TerminalState) => void
  /** Called with what stopped it for good: only the user can start again. */
  readonly onGivenUp: (error: AppError) => void
  readonly reportBug: (where: string, error: unknown) => void
}

/**
 * Brings one lost terminal back. Attempts ask nothing: a server that needs an answer is asked again once the user looks
 * at the terminal. What a retry can't fix, such as an answer that was refused or a changed host key, ends it.
 */
export class Reconnection implements Disposable {
  readonly #parts: ReconnectionParts
  #abort = new AbortController()
  #turn: Turn | undefined
  #error: AppError
  #state: 'waiting' | 'dialing' | 'asking' | 'sign-in' = 'waiting'
  /** The user has looked at the terminal while it was being dialed without questions. */
  #mayAsk = false

  constructor(parts: ReconnectionParts, lost: Omit<Lost, 'run'>) {
    this.#parts = parts
    this.#error = lost.error
    this.#wait(lost)
  }

  /** The state of a terminal while it is dialed. */
  get dialing(): TerminalState {
    return { kind: 'reconnecting', error: toWireError(this.#error), until: null }
  }

  /** Connects now, or has it asked: the user wants to go on. With `ask` questions may be asked. */
  now(ask: boolean): void {
    if (this.#abort.signal.aborted) return
    if (this.#state === 'dialing') this.#mayAsk ||= ask
    else if (this.#state === 'waiting' || (this.#state === 'sign-in' && ask)) void this.#dial(ask)
  }

  /** Its login is connected, so that a sign-in may no longer be needed. */
  connected(): void {
    if (this.#state === 'sign-in' && !this.#abort.signal.aborted) void this.#dial(false)
  }

  dispose(): void {
    this.#abort.abort()
    this.#turn?.dispose()
  }

  async #dial(ask: boolean): Promise<void> {
    this.#turn?.dispose()
    this.#mayAsk = ask
    this.#state = ask ? 'asking' : 'dialing'
    this.#parts.onState(this.dialing)
    const { signal } = this.#abort
    try {
      await this.#parts.connect({ quiet: !ask, signal })
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof AppError)) this.#parts.reportBug('reconnect', error)
      this.#failed(error instanceof AppError ? error : new AppError('lost', this.#error.message, { cause: error }), ask)
    }
  }

  #failed(error: AppError, asked: boolean): void {
    const verdict = judgeFailure(error.code, 'connect')
    if (verdict === 'retry') return this.#wait({ error, upMs: 0 })
    // The password may have been changed on the server, so the saved one is not sent again; the user may enter another.
    const mayAnswer = verdict === 'ask' || (error.code === 'auth-failed' && !asked)
    if (!mayAnswer) {
      this.dispose()
      return this.#parts.onGivenUp(error)
    }
    if (this.#mayAsk && !asked) return void this.#dial(true)
    this.#state = 'sign-in'
    this.#error = error
    this.#parts.onState({ kind: 'sign-in', error: toWireError(error) })
  }

  #wait({ error, upMs }: Omit<Lost, 'run'>): void {
    this.#error = error
    this.#state = 'waiting'
    this.#turn = this.#parts.redial({ error, upMs, run: () => void this.#dial(false) })
    this.#parts.onState({ kind: 'reconnecting', error: toWireError(error), until: this.#turn.until })
  }
}
