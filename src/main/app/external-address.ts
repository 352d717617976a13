import { isSshUrl, readSshUrl, shownSshUrl } from '../../shared/base/ssh-url.ts'
import { wrongHop } from '../../shared/contract/targets.ts'

/**
 * Returns the `ssh://`, `sftp://` or `scp://` URL among a program's arguments, if there is one, without the password it
 * may contain, which is neither shown nor stored.
 */
export function externalAddress(args: readonly string[]): string | undefined {
  const found = args.find(arg => isSshUrl(arg) && /^\S{7,1024}$/.test(arg))
  return found === undefined ? undefined : shownSshUrl(found)
}

/** Returns the reason why a URL from another program must not even be offered, as a sentence; null if it may. */
export function whyRefused(address: string): string | null {
  const read = readSshUrl(address)
  const wrong = read.ok ? wrongHop(read.url.destination) : read.message
  return wrong === null ? null : `Couldn’t open an address from another program. ${wrong}`
}
