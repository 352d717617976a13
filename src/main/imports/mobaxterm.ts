import { parseDestination } from '../../shared/base/destination.ts'
import { Collector, type Draft, type Found } from './imported.ts'

/**
 * The supported fields of an SSH session, which are separated by percent signs, by their number. Gateway lists are
 * separated by `__PIPE__`.
 */
const parts = {
  kind: 0,
  address: 1,
  port: 2,
  user: 3,
  command: 7,
  gateways: 8,
  gatewayPorts: 9,
  gatewayUsers: 10,
  key: 14,
  gatewayKeys: 15,
  proxyKind: 19,
  proxyAddress: 20,
  proxyPort: 21,
  proxyUser: 22,
  forwardAgent: 34,
} as const

const sshKind = '0'
const sftpKind = '7'
const yes = '-1'
const proxyKinds: Readonly<Record<string, 'socks4' | 'socks5' | 'http'>> = { '1': 'socks4', '2': 'socks5', '3': 'http' }

// Special characters in its lines are replaced by names, some of them French.
const escapes: Readonly<Record<string, string>> = {
  APOS: "'",
  DBLDOT: ':',
  DBLQUO: '"',
  DIEZE: '#',
  DQUOTE: '"',
  EQQUAL: '=',
  EQUAL: '=',
  PERCENT: '%',
  PIPE: '|',
  PIIPE: '|',
  PTVIRG: ';',
}

// The folders of the user who exported the sessions.
const folders: Readonly<Record<string, string>> = {
  DesktopDir: '~/Desktop',
  HomeDir: '~',
  MyDocuments: '~/Documents',
  ProfileDir: '~',
}

/**
 * Reads MobaXterm's sessions (.mxtsessions, .mobaconf, MobaXterm.ini): `[Bookmarks]` sections with their folder in
 * SubRep, and lines such as `name=#109#0%host%22%user%...`. Saved passwords can't be imported.
 */
export function readMobaXterm(text: string): Found {
  const collect = new Collector()
  let groups: readonly string[] | null = null
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('[')) groups = /^\[Bookmarks(_\d+)?\]\s*$/.test(line) ? [] : null
    else if (groups && /^SubRep=/.test(line)) groups = line.slice('SubRep='.length).split('\\').map(unescaped)
    else if (groups) addSession(collect, line, groups)
  }
  return collect.found
}

function addSession(collect: Collector, line: string, groups: readonly string[]): void {
  // A name may contain an equals sign; the text before the number sign is a comment.
  const found = /^([^#]+)=[^=#]*#\d+#([^#]*)/.exec(line)
  if (!found) return
  const label = unescaped(found[1] as string).trim()
  const values = (found[2] as string).split('%')
  const kind = values[parts.kind]
  if (kind !== sshKind && kind !== sftpKind) return collect.skip(`${label}: not an SSH session`)
  const read = (part: keyof typeof parts) => unescaped(values[parts[part]] ?? '').trim()
  const user = userOf(read('user'))
  const draft: Draft = { label, address: read('address'), port: read('port') || null, user: user.name, groups }
  if (kind === sftpKind) return collect.add({ ...draft, notes: user.notes })
  const key = keyOf(read('key'))
  const gateways = gatewaysOf(values)
  const proxy = proxyOf(read)
  collect.add({
    ...draft,
    keyFile: key.path,
    jumps: gateways.hops,
    proxy: proxy.proxy,
    forwardAgent: read('forwardAgent') === yes,
    notes: [
      ...user.notes,
      ...key.notes,
      ...gateways.notes,
      ...proxy.notes,
      ...(read('command') === '' ? [] : ['its startup command was not imported']),
    ],
  })
}

type Notes = readonly string[]

/** `<default>` is the user of the settings, `[name]` one of the saved credentials. */
function userOf(text: string): { name: string; notes: Notes } {
  const saved = /^\[(.*)\]$/.exec(text)?.[1]
  if (saved !== undefined && saved !== 'loginuser')
    return { name: '', notes: [`its user is stored in the saved credentials “${saved}”, which were not imported`] }
  return { name: saved === undefined && !/^<+default>+$/.test(text) ? text : '', notes: [] }
}

/** Returns a path with its placeholder filled in; a path with an unknown placeholder is ignored. */
function keyOf(text: string): { path: string; notes: Notes } {
  if (!/[\\/]/.test(text)) return { path: '', notes: [] }
  const [, name, rest = ''] = /^_([A-Za-z]+)_(.*)$/s.exec(text) ?? []
  if (name === undefined) return { path: text, notes: [] }
  if (name === 'CurrentDrive') return { path: `C:${rest.replace(/^:/, '')}`, notes: [] }
  const folder = folders[name]
  if (folder === undefined)
    return { path: '', notes: [`key file ${text} was ignored: _${name}_ is not known on this computer`] }
  return { path: folder + rest.replaceAll('\\', '/'), notes: [] }
}

/** Returns the gateways in order. Jump hosts have no keys of their own in Hawser. */
function gatewaysOf(values: readonly string[]): { hops: NonNullable<Draft['jumps']>; notes: Notes } {
  const list = (part: keyof typeof parts) =>
    (values[parts[part]] ?? '').split(/__PIPE__|\|/).map(each => unescaped(each).trim())
  const [ports, users, keys] = [list('gatewayPorts'), list('gatewayUsers'), list('gatewayKeys')]
  const notes: string[] = []
  const hops = list('gateways').flatMap((text, at) => {
    if (text === '') return []
    const place = parseDestination(text) ?? { address: text, port: null, user: null }
    const user = userOf(users[at] ?? '')
    const key = keyOf(keys[at] ?? '').path
    notes.push(...user.notes.map(note => `${place.address}: ${note}`))
    if (key !== '') notes.push(`the key file of ${place.address} is ${key}: set it for that host`)
    const port = Number(ports[at] || 22)
    return [{ address: place.address, port: place.port ?? port, user: place.user ?? (user.name || null) }]
  })
  return { hops, notes }
}

function proxyOf(read: (part: keyof typeof parts) => string): {
  proxy: NonNullable<Draft['proxy']> | null
  notes: Notes
} {
  const kind = proxyKinds[read('proxyKind')]
  const [address, port, user] = [read('proxyAddress'), Number(read('proxyPort')), read('proxyUser')]
  if (kind && address !== '' && port > 0) return { proxy: { kind, address, port, user: user || null }, notes: [] }
  const isNone = ['', '0', yes].includes(read('proxyKind'))
  return { proxy: null, notes: isNone ? [] : ['its proxy type is not supported'] }
}

function unescaped(text: string): string {
  return text.replace(/__([A-Z]+)__/g, (all, name: string) => escapes[name] ?? all)
}
