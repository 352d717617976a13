import { parseKnownHosts } from '../ssh/known-hosts.ts'
import { Collector, type Found } from './imported.ts'

/** The names that a known_hosts file gives; hashed ones can't be read back, and patterns name no host. */
export function readKnownHostsNames(text: string): Found | null {
  const lines = parseKnownHosts(text)
  if (lines.length === 0) return null
  const collect = new Collector()
  const hashed = lines.filter(({ hosts }) => hosts.startsWith('|')).length
  const names = new Set(
    lines
      .filter(({ hosts, marker }) => marker === null && !hosts.startsWith('|'))
      // A line often gives a name and its address: the first one is how people call it.
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
