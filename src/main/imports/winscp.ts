import { Collector, percentDecoded, type Found } from './imported.ts'
import { puttyProxy } from './putty.ts'

// WinSCP's numbers: 0 to 2 are SCP and SFTP.
const overSsh = new Set([undefined, '0', '1', '2'])

/** Reads WinSCP.ini: a section per site, values percent-encoded, folders in the name. Passwords are not read. */
export function readWinScp(text: string): Found {
  const collect = new Collector()
  for (const { name, values } of sections(text)) {
    const path = /^Sessions\\(.+)$/.exec(name)?.[1]
    if (path === undefined) continue
    const parts = path.split('/').map(percentDecoded)
    const label = parts.at(-1) ?? ''
    if (label === 'Default Settings') continue
    const read = (key: string) => {
      const value = values.get(key)
      return value === undefined ? undefined : percentDecoded(value)
    }
    if (!overSsh.has(read('FSProtocol'))) {
      collect.skip(`${label}: doesn’t use SSH`)
      continue
    }
    const proxy = puttyProxy(values, read)
    const tunnel = read('Tunnel') === '1' ? read('TunnelHostName') : undefined
    collect.add({
      label,
      address: read('HostName'),
      port: read('PortNumber'),
      user: read('UserName'),
      keyFile: read('PublicKeyFile'),
      groups: parts.slice(0, -1),
      ...(tunnel === undefined
        ? {}
        : {
            jumps: [
              { address: tunnel, port: Number(read('TunnelPortNumber') ?? 22), user: read('TunnelUserName') ?? null },
            ],
          }),
      ...proxy,
      notes: [
        ...(proxy.notes ?? []),
        ...(tunnel !== undefined && (read('TunnelPublicKeyFile') ?? '') !== ''
          ? [`the key file of ${tunnel} is ${read('TunnelPublicKeyFile')}: set it for that host`]
          : []),
        ...(values.has('Password') ? ['its password was not imported'] : []),
      ],
    })
  }
  return collect.found
}

/** Splits an .ini file into sections with their values. */
function sections(text: string): readonly { readonly name: string; readonly values: ReadonlyMap<string, string> }[] {
  const found: { name: string; values: Map<string, string> }[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const head = /^\[(.+)\]\s*$/.exec(line)
    if (head) found.push({ name: head[1] as string, values: new Map() })
    const at = line.indexOf('=')
    if (!head && at > 0) found.at(-1)?.values.set(line.slice(0, at), line.slice(at + 1))
  }
  return found
}
