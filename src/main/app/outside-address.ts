import { shortName } from '../../shared/base/shown-name.ts'
import { parseSshUrl } from '../../shared/base/ssh-url.ts'
import { wrongHop } from '../../shared/contract/targets.ts'

/** The `ssh://` or `sftp://` address among a program's arguments, if there is one. */
export function outsideAddress(args: readonly string[]): string | undefined {
  return args.find(arg => /^(ssh|sftp):\/\/[^\s]{1,1024}$/i.test(arg))
}

/** Why an address from outside must not even be asked about, as a sentence; null where it may. */
export function whyRefused(address: string): string | null {
  const stop = parseSshUrl(address)
  const wrong = stop ? wrongHop(stop) : `${shortName(address)} is not an ssh:// address.`
  return wrong === null ? null : `An address from another program was not opened. ${wrong}`
}
