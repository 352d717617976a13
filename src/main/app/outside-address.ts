import { isSshUrl, readSshUrl, shownSshUrl } from '../../shared/base/ssh-url.ts'
import { wrongHop } from '../../shared/contract/targets.ts'

/**
 * The `ssh://`, `sftp://` or `scp://` address among a program's arguments, if there is one, without the password that it
 * may hold: nobody sees it, and nothing keeps it.
 */
export function outsideAddress(args: readonly string[]): string | undefined {
  const found = args.find(arg => isSshUrl(arg) && /^\S{7,1024}$/.test(arg))
  return found === undefined ? undefined : shownSshUrl(found)
}

/** Why an address from outside must not even be asked about, as a sentence; null where it may. */
export function whyRefused(address: string): string | null {
  const read = readSshUrl(address)
  const wrong = read.ok ? wrongHop(read.url.destination) : read.message
  return wrong === null ? null : `Couldn’t open an address from another program. ${wrong}`
}
