import { printDestination, type Destination } from '../../../shared/base/destination.ts'
import { parseSshCommand, type SshCommand } from '../../../shared/base/ssh-command.ts'

/** What a pasted ssh command says beside the fields of the form; it is saved with the host. */
export interface PastedExtra {
  readonly jumps: readonly Destination[]
  /** In the words of ssh(1). */
  readonly forwards: readonly string[]
}

export const noExtra: PastedExtra = { jumps: [], forwards: [] }

/** The command in a pasted text; null for a plain address, which is pasted as it is. */
export function pastedCommand(text: string): SshCommand | null {
  const line = text.trim()
  if (!/\s|@|^ssh:/i.test(line)) return null
  const parsed = parseSshCommand(line)
  return parsed.ok ? parsed.command : null
}

/** Puts the address, port and user into a form; a user that the command does not name stays. */
export function fillAddress(form: HTMLFormElement | null, { destination }: SshCommand): void {
  const put = (name: string, value: string) => {
    const field = form?.elements.namedItem(name)
    if (field instanceof HTMLInputElement) field.value = value
  }
  put('address', destination.address)
  put('port', destination.port === null ? '' : String(destination.port))
  if (destination.user !== null) put('user', destination.user)
}

/** What else comes with it, in a sentence; undefined for nothing. */
export function extraText({ jumps, forwards }: PastedExtra): string | undefined {
  const parts = [
    ...(jumps.length > 0 ? [`through ${jumps.map(printDestination).join(', ')}`] : []),
    ...(forwards.length > 0 ? [`with ${forwards.join(' ')}`] : []),
  ]
  return parts.length === 0 ? undefined : `Saved too: ${parts.join(', ')}.`
}
