import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** TCP ports by case-sensitive service name, as getservbyname(3) finds them. */
export type ServicePorts = ReadonlyMap<string, number>

const maxBytes = 8 * 1024 * 1024

/** This computer's services; empty if the file is missing. Other sources in nsswitch.conf(5) are not consulted. */
export async function readServices(): Promise<ServicePorts> {
  const windows = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32\\drivers\\etc\\services')
  const text = await readFile(process.platform === 'win32' ? windows : '/etc/services', 'utf8').catch(() => '')
  return parseServices(text.slice(0, maxBytes))
}

/** Reads services(5): `http 80/tcp www # comment`. */
export function parseServices(text: string): ServicePorts {
  const ports = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [name = '', place = '', ...aliases] = line.replace(/#.*/s, '').trim().split(/\s+/)
    const port = Number(/^(\d{1,5})\/tcp$/.exec(place)?.[1] ?? 0)
    if (port < 1 || port > 65_535) continue
    for (const each of [name, ...aliases]) if (!ports.has(each)) ports.set(each, port)
  }
  return ports
}

// A port is at the end of an argument or of a hop in a list, or before the path of an address.
const ends = String.raw`(?=["']?(?:[\s,#]|/|$))`
const inForward = new RegExp(String.raw`(^[\s="']*|["']?\s["']?|:)([^\s:"'/\[\]]+)${ends}`, 'g')
const places: ReadonlyMap<string, RegExp> = new Map([
  ['port', new RegExp(String.raw`^([\s="']*)([^\s"'=#]+)(?=["']?(?:\s|$))`)],
  ['proxyjump', new RegExp(String.raw`(:)([^\s:,"'/\[\]]+)${ends}`, 'g')],
  ...['localforward', 'remoteforward', 'dynamicforward', 'permitremoteopen'].map(each => [each, inForward] as const),
])

/**
 * Returns the arguments of a keyword with service names replaced by numbers, as OpenSSH reads ports (`a2port` in misc.c):
 * a number first, then a service. Other words stay as they are.
 */
export function withPortNumbers(
  { keyword, rest }: { readonly keyword: string; readonly rest: string },
  services: ServicePorts = new Map(),
): string {
  const place = places.get(keyword)
  if (!place || services.size === 0) return rest
  return rest.replace(place, (all: string, before: string, name: string) => {
    const port = services.get(name)
    return port === undefined ? all : `${before}${port}`
  })
}
