import { Collector, percentDecoded, type Draft, type Found } from './imported.ts'

type Values = ReadonlyMap<string, string>

// PuTTY's own numbers: 0 none, 1 SOCKS 4, 2 SOCKS 5, 3 HTTP.
const proxyKinds: Readonly<Record<string, 'socks4' | 'socks5' | 'http'>> = { '1': 'socks4', '2': 'socks5', '3': 'http' }

/** Reads PuTTY's sessions as exported by `regedit`. */
export function readPuttyRegistry(text: string): Found {
  const collect = new Collector()
  let name: string | null = null
  let values = new Map<string, string>()
  const flush = () => {
    if (name !== null) addSession(collect, name, values)
    name = null
    values = new Map()
  }
  for (const line of text.split(/\r?\n/)) {
    const key = /^\[.*\\PuTTY\\Sessions\\([^\\\]]+)\]\s*$/i.exec(line)
    if (line.startsWith('[')) flush()
    if (key) name = percentDecoded(key[1] as string)
    const value = /^"((?:[^"\\]|\\.)*)"=(?:"((?:[^"\\]|\\.)*)"|dword:([0-9a-f]{1,8}))\s*$/i.exec(line)
    if (value)
      values.set(
        unescaped(value[1] ?? ''),
        value[3] === undefined ? unescaped(value[2] ?? '') : String(parseInt(value[3], 16)),
      )
  }
  flush()
  return collect.found
}

/** Reads files of ~/.putty/sessions by name. */
export function readPuttyFiles(files: readonly { readonly name: string; readonly text: string }[]): Found {
  const collect = new Collector()
  for (const { name, text } of files) {
    const values = new Map(
      text.split(/\r?\n/).flatMap(line => {
        const at = line.indexOf('=')
        return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const]
      }),
    )
    addSession(collect, percentDecoded(name), values)
  }
  return collect.found
}

function addSession(collect: Collector, label: string, values: Values): void {
  const protocol = values.get('Protocol') ?? 'ssh'
  if (label === 'Default Settings') return
  if (protocol !== 'ssh') return collect.skip(`${label}: a ${protocol} session, not SSH`)
  if ((values.get('HostName') ?? '') === '') return collect.skip(`${label}: has no address`)
  collect.add({
    label,
    address: values.get('HostName'),
    port: values.get('PortNumber'),
    user: values.get('UserName'),
    keyFile: values.get('PublicKeyFile') ?? '',
    forwardAgent: values.get('AgentFwd') === '1',
    forwards: (values.get('PortForwardings') ?? '').split(',').flatMap(forwardOf),
    ...puttyProxy(values, name => values.get(name)),
  })
}

// Since 0.77 the proxy can be an SSH server that forwards the connection.
const sshProxy = '6'

/** Reads the proxy of PuTTY, or of WinSCP, which uses the same numbers. */
export function puttyProxy(
  values: Values,
  read: (name: string) => string | undefined,
): Pick<Draft, 'proxy' | 'jumps' | 'notes'> {
  const method = values.get('ProxyMethod') ?? '0'
  const kind = proxyKinds[method]
  const port = Number(read('ProxyPort') ?? '0')
  if (kind && (read('ProxyHost') ?? '') !== '' && port > 0)
    return { proxy: { kind, address: read('ProxyHost') as string, port, user: read('ProxyUsername') || null } }
  if (method === sshProxy && (read('ProxyHost') ?? '') !== '')
    return {
      jumps: [{ address: read('ProxyHost') as string, port: port || null, user: read('ProxyUsername') || null }],
    }
  return method === '0' ? {} : { notes: ['its proxy type is not supported'] }
}

/** Reads `L8080=localhost:80`, `4D1080`, `R:9000=...`: a prefix before the port may name the address family. */
function forwardOf(text: string): string[] {
  const match = /^[46]?([LRD])([^=]+)(?:=(.*))?$/.exec(text.trim())
  if (!match) return []
  const [, letter, listen, to] = match
  return [`-${letter} ${listen}${letter === 'D' ? '' : `:${to}`}`]
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}
