import { AppError } from '../../shared/base/errors.ts'
import type { PlannedHop } from './connection-plan.ts'
import { namesCode } from './password-prompt.ts'
import type { SignInContext } from './sign-in-context.ts'

/** A password that a server takes no more, and the one in its place. */
export interface PasswordChange {
  readonly old: string
  readonly changed: string
}

export interface NewPassword {
  readonly password: string
  readonly remember: boolean
}

/**
 * Asks a person for a new password, twice, until both are the same and not empty. `turnedDown` says that the server did
 * not take the one before. Errors: `cancelled`, and those of `ask`.
 */
export async function askNewPassword(
  { hop, ask }: Pick<SignInContext, 'hop' | 'ask'>,
  { turnedDown, remember }: { readonly turnedDown: boolean; readonly remember: boolean },
): Promise<NewPassword> {
  let text = turnedDown ? 'The server did not accept that password. Choose another.' : ''
  for (;;) {
    const answer = await ask({
      kind: 'secrets',
      from: { kind: 'hawser' },
      title: `New password for ${addressOf(hop)}`,
      text,
      prompts: [
        { text: 'New password', echo: false },
        { text: 'Confirm new password', echo: false },
      ],
      // A password that is remembered already goes on being so.
      remember: !remember,
    })
    if (answer?.kind !== 'secrets') throw new AppError('cancelled', 'Cancelled')
    const [password = '', repeated = ''] = answer.secrets
    if (password !== '' && password === repeated) return { password, remember: remember || answer.remember }
    text = password === repeated ? 'Enter a new password.' : 'The passwords don’t match. Enter them again.'
  }
}

/** The login as a title names it: two servers on one address, or one address behind two jump hosts, can be told apart. */
export function addressOf({ user, address, port, via }: PlannedHop): string {
  const way = via.length === 0 ? '' : ` via ${via.join(', ')}`
  return `${user}@${address}${port === 22 ? '' : `:${port}`}${way}`
}

/**
 * Knows PAM's dialogue for a new password in any language: the new one is asked for twice, so that two different hidden
 * questions get the same answer.
 */
export class RepeatedAnswer {
  #before: { readonly prompt: string; readonly answer: string } | null = null

  /** True for an answer that repeats the one before it; `prompt` is what a hidden question asked for. */
  add(prompt: string, answer: string): boolean {
    const before = this.#before
    this.#before = { prompt, answer }
    if (before === null || answer === '' || namesCode(prompt)) return false
    return before.answer === answer && before.prompt !== prompt
  }
}
