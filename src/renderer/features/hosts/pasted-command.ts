import { printDestination, type Destination } from '../../../shared/base/destination.ts'
import { parseSshCommand, type ParsedSshCommand, type SshCommand } from '../../../shared/base/ssh-command.ts'
import { isSshUrl } from '../../../shared/base/ssh-url.ts'

/** What a pasted ssh command says beside the fields of the form; it is saved with the host. */
export interface PastedExtra {
  readonly jumps: readonly Destination[]
  /** In the words of ssh(1). */
  readonly forwards: readonly string[]
  /** What a saved host can't hold. */
  readonly left: readonly string[]
}

export const noExtra: PastedExtra = { jumps: [], forwards: [], left: [] }

/** The command in a pasted text, or why it is none; null for what is pasted as it is, such as a plain address. */
export function pastedCommand(text: string): ParsedSshCommand | null {
  // People copy the prompt along.
  const line = text.trim().replace(/^[$#>%]\s+/, '')
  if (!isSshUrl(line) && !/^(\S*\/)?ssh\s|^[^\s@-]+@\S+/i.test(line)) return null
  return parseSshCommand(line)
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
export function extraText({ jumps, forwards, left }: PastedExtra): string | undefined {
  const parts = [
    ...(jumps.length > 0 ? [`through ${jumps.map(printDestination).join(', ')}`] : []),
    ...(forwards.length > 0 ? [`with ${forwards.join(' ')}`] : []),
  ]
  const saved = parts.length === 0 ? [] : [`Saved too: ${parts.join(', ')}.`]
  const lost = left.length === 0 ? [] : [`Left out: ${left.join(' ')}.`]
  return [...saved, ...lost].join(' ') || undefined
}
