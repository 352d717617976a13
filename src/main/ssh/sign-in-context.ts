import type { Answer, Question } from '../../shared/contract/prompts.ts'
import type { PlannedHop } from './connection-plan.ts'
import type { KeyRing } from './key-ring.ts'
import type { Signer } from './signer.ts'

/** The store of saved secrets; `get` returns null while the vault is locked. */
export interface SecretStore {
  /** True while a vault exists that can't be read. */
  readonly locked: boolean
  get(name: string): Promise<string | null>
  set(name: string, secret: string | null): Promise<void>
}

export interface SignInContext {
  readonly hop: PlannedHop
  readonly secrets: SecretStore
  readonly keys: KeyRing
  /** The keys of an agent by its socket; null is the default agent, `none` has no keys. */
  readonly agent: (socket: string | null) => Promise<readonly Signer[]>
  /**
   * Asks the user; the attempt's deadline is paused until they answer. `refused` means that the saved secret was just
   * rejected. Null means Cancel. Errors: `needs-answer`, or `auth-failed` when `refused`, if the user may not be asked.
   */
  readonly ask: (question: Question, refused?: boolean) => Promise<Answer | null>
  /** Ends the attempt at once, for cases in which any reply would count against the user. */
  readonly giveUp: (error: unknown) => void
}
