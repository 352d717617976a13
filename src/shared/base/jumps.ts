import { parseDestination, type Destination } from './destination.ts'
import { isSshUrl, readSshUrl } from './ssh-url.ts'

/** Parses the hops of ProxyJump or `-J`, in order; each may be an `ssh://` URL. Undefined if one can't be parsed. */
export function parseJumps(text: string): readonly Destination[] | undefined {
  const hops = text.split(',').map(each => parseStop(each.trim()))
  return hops.some(hop => hop === undefined || hop.address === '') ? undefined : (hops as Destination[])
}

function parseStop(text: string): Destination | undefined {
  if (!isSshUrl(text)) return parseDestination(text.replace(/\/$/, ''))
  const read = readSshUrl(text)
  return read.ok && read.url.opens === 'terminal' ? read.url.destination : undefined
}
