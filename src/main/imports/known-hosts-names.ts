import { parseKnownHosts } from '../ssh/known-hosts.ts'
import { Collector, type Found } from './imported.ts'

/** Reads the host names of a known_hosts file; hashed ones can't be recovered, and patterns name no single host. */
export function readKnownHostsNames(text: string): Found | null {
  const lines = parseKnownHosts(text)
  if (lines.length === 0) return null
  const collect = new Collector()
  const hashed = lines.filter(({ hosts }) => hosts.startsWith('|')).length
  const names = new Set(
    lines
      .filter(({ hosts, marker }) => marker === null && !hosts.startsWith('|'))
      // A line often contains a name and its address: the first one is the usual name.
      .flatMap(({ hosts }) => hosts.split(',')[0] ?? []),
  )
  for (const name of names) {
    if (/[*?!]/.test(name)) continue
    const bracketed = /^\[(.+)\]:(\d+)$/.exec(name)
    collect.add(bracketed ? { address: bracketed[1], port: bracketed[2] } : { address: name })
  }
  if (hashed > 0) collect.skip(`${hashed} hashed ${hashed === 1 ? 'name' : 'names'}: hashing can’t be reversed`)
  return collect.found
}
