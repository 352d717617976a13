import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** TCP ports by the names of their services, with their case: what getservbyname(3) finds. */
export type ServicePorts = ReadonlyMap<string, number>

const most = 8 * 1024 * 1024

/** This computer's services. None where it has no such file; other sources that nsswitch.conf(5) may name are not asked. */
export async function readServices(): Promise<ServicePorts> {
  const windows = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32\\drivers\\etc\\services')
  const text = await readFile(process.platform === 'win32' ? windows : '/etc/services', 'utf8').catch(() => '')
  return parseServices(text.slice(0, most))
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

// A port ends an argument, or a hop of a list, or comes before the path of an address.
const ends = String.raw`(?=["']?(?:[\s,#]|/|$))`
const inForward = new RegExp(String.raw`(^[\s="']*|["']?\s["']?|:)([^\s:"'/\[\]]+)${ends}`, 'g')
const places: ReadonlyMap<string, RegExp> = new Map([
  ['port', new RegExp(String.raw`^([\s="']*)([^\s"'=#]+)(?=["']?(?:\s|$))`)],
  ['proxyjump', new RegExp(String.raw`(:)([^\s:,"'/\[\]]+)${ends}`, 'g')],
  ...['localforward', 'remoteforward', 'dynamicforward', 'permitremoteopen'].map(each => [each, inForward] as const),
])

/**
 * The arguments of a keyword with its services' names as numbers, which is how OpenSSH reads ports (`a2port` of misc.c):
 * a number first, then a service. What is no name of a service stays as it is.
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
