import { AppError } from '../../shared/base/errors.ts'
import type { PlannedHop } from './connection-plan.ts'
import { namesCode } from './password-prompt.ts'
import type { SignInContext } from './sign-in-context.ts'

/** An expired password and its replacement. */
export interface PasswordChange {
  readonly old: string
  readonly changed: string
}

export interface NewPassword {
  readonly password: string
  readonly remember: boolean
}

/**
 * Asks the user for a new password, twice, until both match and aren't empty. `turnedDown`: the server refused the
 * previous one. Errors: `cancelled`, and those of `ask`.
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
      // The replacement of a saved password is saved, too.
      remember: !remember,
    })
    if (answer?.kind !== 'secrets') throw new AppError('cancelled', 'Cancelled')
    const [password = '', repeated = ''] = answer.secrets
    if (password !== '' && password === repeated) return { password, remember: remember || answer.remember }
    text = password === repeated ? 'Enter a new password.' : 'The passwords don’t match. Enter them again.'
  }
}

/** The login for a title. It distinguishes servers on one address, and one address behind different jump hosts. */
export function addressOf({ user, address, port, via }: PlannedHop): string {
  const way = via.length === 0 ? '' : ` via ${via.join(', ')}`
  return `${user}@${address}${port === 22 ? '' : `:${port}`}${way}`
}

/**
 * Recognizes PAM's dialogue for a new password in any language: it asks for the new one twice, so two different hidden
 * prompts get the same answer.
 */
export class RepeatedAnswer {
  #before: { readonly prompt: string; readonly answer: string } | null = null

  /** True for an answer that repeats the previous one; `prompt` is the text of the hidden prompt. */
  add(prompt: string, answer: string): boolean {
    const before = this.#before
    this.#before = { prompt, answer }
    if (before === null || answer === '' || namesCode(prompt)) return false
    return before.answer === answer && before.prompt !== prompt
  }
}
