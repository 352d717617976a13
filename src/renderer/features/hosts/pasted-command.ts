import { printDestination, type Destination } from '../../../shared/base/destination.ts'
import { parseSshCommand, type ParsedSshCommand, type SshCommand } from '../../../shared/base/ssh-command.ts'
import { isSshUrl } from '../../../shared/base/ssh-url.ts'

/** The parts of a pasted ssh command that have no field in the form. They are saved with the host. */
export interface PastedExtra {
  readonly jumps: readonly Destination[]
  /** As options of ssh(1), such as `-L 8080:localhost:80`. */
  readonly forwards: readonly string[]
  /** Arguments that a saved host can't hold, which are ignored. */
  readonly left: readonly string[]
}

export const noExtra: PastedExtra = { jumps: [], forwards: [], left: [] }

/** Parses pasted text as an ssh command or URL; null for anything else, such as a plain address, which is pasted as it is. */
export function pastedCommand(text: string): ParsedSshCommand | null {
  // Users often copy the prompt too.
  const line = text.trim().replace(/^[$#>%]\s+/, '')
  if (!isSshUrl(line) && !/^(\S*\/)?ssh\s|^[^\s@-]+@\S+/i.test(line)) return null
  return parseSshCommand(line)
}

/** Fills in the address, port and user of a form. The user stays if the command names none. */
export function fillAddress(form: HTMLFormElement | null, { destination }: SshCommand): void {
  const put = (name: string, value: string) => {
    const field = form?.elements.namedItem(name)
    if (field instanceof HTMLInputElement) field.value = value
  }
  put('address', destination.address)
  put('port', destination.port === null ? '' : String(destination.port))
  if (destination.user !== null) put('user', destination.user)
}

/** Tells which other parts are saved and which are ignored; undefined if there are none. */
export function extraText({ jumps, forwards, left }: PastedExtra): string | undefined {
  const parts = [
    ...(jumps.length > 0
      ? [`jump ${jumps.length === 1 ? 'host' : 'hosts'} ${jumps.map(printDestination).join(', ')}`]
      : []),
    ...(forwards.length > 0 ? [`${forwards.length === 1 ? 'forward' : 'forwards'} ${forwards.join(' ')}`] : []),
  ]
  const saved = parts.length === 0 ? [] : [`Will also save: ${parts.join(', ')}.`]
  const lost = left.length === 0 ? [] : [`Ignored: ${left.join(' ')}.`]
  return [...saved, ...lost].join(' ') || undefined
}
