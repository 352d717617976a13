import { cleanLine } from '../../shared/base/clean-text.ts'
import { sh } from '../ssh/script.ts'

/** A listening TCP port on the host. */
export interface ListeningPort {
  readonly port: number
  readonly pid: number | null
  /** The arguments of the process joined by spaces, or its short name; empty if the system doesn't reveal it. */
  readonly process: string
  /** The user of every process behind it; null if the system doesn't reveal it or they differ. */
  readonly uid: number | null
  /** True if only the host itself can connect. */
  readonly loopback: boolean
}

/** A listening socket with the processes that hold it. */
type Socket = Omit<ListeningPort, 'uid'> & { readonly pids: readonly number[] }

/** The result of one scan of a host. */
export interface PortScan {
  readonly ports: readonly ListeningPort[]
  /** True if the system shows the processes behind the user's own sockets: a socket without one is someone else's. */
  readonly named: boolean
  /** Load average over the last minute per processor; null if not available. */
  readonly load: number | null
  /** The ID of the user that is signed in; null if not available. */
  readonly user: number | null
}

const longestProcess = 1024
// Further lines are ignored: no machine has more listening sockets.
const maxLines = 50_000

/**
 * The scan script prints sections that start with `@name`. `ss` reports most; /proc serves BusyBox; `lsof` and
 * `netstat` serve macOS and the BSDs. Owners come from /proc/pid/status, since a process's folder in /proc can appear
 * to be root's (proc(5), "dumpable"). Sections about owners come last and later ones win, so no process name can forge
 * them.
 */
export const scanScript = sh`
args() { for p in $(printf '%s\\n' "$1" | sort -u | head -n 300); do
  if [ -r /proc/$p/cmdline ]; then printf '%s ' "$p"; tr '\\000\\n' '  ' < /proc/$p/cmdline; echo
  else ps -o pid= -o args= -p $p 2>/dev/null; fi; done; }
owners() { o=$(printf '%s\\n' "$1" | sort -u | head -n 300); f=
  echo @uids; if [ -r /proc/self/status ]; then for p in $o; do f="$f /proc/$p/status"; done; grep '^Uid:' /dev/null $f 2>/dev/null
  elif [ -n "$o" ]; then ps -o pid= -o ruid= -o uid= -p "$(printf '%s' "$o" | tr '\\n' ',')" 2>/dev/null; fi; }
if command -v ss >/dev/null 2>&1 && out=$(ss -ltnpH 2>/dev/null); then
  echo @ss; printf '%s\\n' "$out"
  pids=$(printf '%s\\n' "$out" | grep -o 'pid=[0-9]*' | cut -d= -f2)
  echo @args; args "$pids"; owners "$pids"
elif [ -r /proc/net/tcp ]; then
  echo @proc; cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
  echo @fds; ls -l /proc/[0-9]*/fd 2>/dev/null | grep -e '^/proc/' -e 'socket:\\['
  echo @args; for d in /proc/[0-9]*; do [ -O $d ] && [ -r $d/cmdline ] && { printf '%s ' "\${d#/proc/}"; tr '\\000\\n' '  ' < $d/cmdline; echo; }; done 2>/dev/null
  echo @uids; grep '^Uid:' /dev/null /proc/[0-9]*/status 2>/dev/null
elif command -v lsof >/dev/null 2>&1; then
  out=$(lsof -nP -iTCP -sTCP:LISTEN 2>/dev/null); echo @lsof; printf '%s\\n' "$out"
  pids=$(printf '%s\\n' "$out" | awk 'NR>1{print $2}')
  echo @args; args "$pids"; owners "$pids"
elif out=$(netstat -an 2>/dev/null); then echo @netstat; printf '%s\\n' "$out"
else echo 'ss, lsof and netstat are missing or failed' >&2; exit 127; fi
echo @load; cat /proc/loadavg 2>/dev/null || uptime; getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null
echo @user; id -u
`

/** Parses the output of `scanScript`. Unreadable lines are skipped. Each port is listed once. */
export function parseScan(output: string): PortScan {
  const sections = sectionsOf(output)
  const args = argumentsOf(sections.get('args') ?? '')
  const owners = ownersOf(sections.get('uids') ?? '')
  const found = [
    ...parseSs(sections.get('ss') ?? ''),
    ...withOwners(parseProcNetTcp(sections.get('proc') ?? ''), socketOwners(sections.get('fds') ?? '')),
    ...parseLsof(sections.get('lsof') ?? ''),
    ...parseNetstat(sections.get('netstat') ?? ''),
  ]
  const ports = new Map<number, ListeningPort>()
  for (const each of found) {
    const uid = userOf(each.pids, owners)
    const process = cleanLine((each.pid === null ? undefined : args.get(each.pid)) ?? each.process, longestProcess)
    const known = ports.get(each.port)
    // For one port on several addresses: the most detailed process, the widest reach, and an owner only if there is
    // exactly one.
    ports.set(each.port, {
      port: each.port,
      pid: known?.pid ?? each.pid,
      process: known?.process || process,
      uid: known && known.uid !== uid ? null : uid,
      loopback: (known?.loopback ?? true) && each.loopback,
    })
  }
  return {
    ports: [...ports.values()].sort((a, b) => a.port - b.port),
    named: ['ss', 'proc', 'lsof'].some(name => sections.has(name)),
    load: loadOf(sections.get('load') ?? ''),
    user: /^\d{1,10}$/.test(sections.get('user')?.trim() ?? '') ? Number(sections.get('user')) : null,
  }
}

function sectionsOf(output: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>()
  let name: string | null = null
  let lines: string[] = []
  const keep = () => {
    if (name !== null) sections.set(name, lines.join('\n'))
    lines = []
  }
  for (const line of output.split('\n', maxLines)) {
    const head = /^@(ss|args|proc|fds|lsof|netstat|load|uids|user)$/.exec(line)
    if (head) {
      keep()
      name = head[1] as string
    } else lines.push(line)
  }
  keep()
  return sections
}

/** Parses `LISTEN 0 128 127.0.0.1:8888 0.0.0.0:* users:(("jupyter-lab",pid=812,fd=6))` of ss -ltnpH. */
function parseSs(text: string): readonly Socket[] {
  return text.split('\n').flatMap(line => {
    const fields = line.trim().split(/\s+/)
    const at = /^(.*):(\d+)$/.exec(fields[3] ?? '')
    if (fields[0] !== 'LISTEN' || !at) return []
    const owner = /\(\("([^"]*)",pid=(\d+)/.exec(line)
    const pids = [...line.matchAll(/,pid=(\d+)/g)].map(([, pid]) => Number(pid))
    return listening(at, { pid: owner ? Number(owner[2]) : null, pids, process: owner?.[1] ?? '' })
  })
}

/** Parses the listening sockets of /proc/net/tcp or tcp6: state 0A, address and port in hexadecimal. */
export function parseProcNetTcp(
  text: string,
): readonly { port: number; loopback: boolean; otherLoopback: boolean; inode: string }[] {
  return text.split('\n').flatMap(line => {
    const fields = line.trim().split(/\s+/)
    const at = /^([0-9A-Fa-f]{8}|[0-9A-Fa-f]{32}):([0-9A-Fa-f]{4})$/.exec(fields[1] ?? '')
    if (!at || fields[3] !== '0A') return []
    const address = (at[1] as string).toUpperCase()
    const loopback = address.endsWith('7F') || address === '00000000000000000000000001000000'
    return [
      {
        port: parseInt(at[2] as string, 16),
        loopback: address.length === 8 ? address.endsWith('7F') : loopback,
        otherLoopback: address.length === 8 && address.endsWith('7F') && address !== '0100007F',
        inode: fields[9] ?? '',
      },
    ]
  })
}

/** Parses `/proc/812/fd:` followed by `... 6 -> socket:[3141]`, as printed by ls -l. */
function socketOwners(text: string): ReadonlyMap<string, readonly number[]> {
  const owners = new Map<string, readonly number[]>()
  let pid: number | null = null
  for (const line of text.split('\n')) {
    const folder = /^\/proc\/(\d+)\/fd:?$/.exec(line.trim())
    if (folder) pid = Number(folder[1])
    const socket = /socket:\[(\d+)\]/.exec(line)
    const [, inode] = socket ?? []
    if (inode !== undefined && pid !== null) owners.set(inode, [...(owners.get(inode) ?? []), pid])
  }
  return owners
}

function withOwners(
  sockets: ReturnType<typeof parseProcNetTcp>,
  owners: ReadonlyMap<string, readonly number[]>,
): readonly Socket[] {
  return sockets
    .filter(({ otherLoopback }) => !otherLoopback)
    .map(({ port, loopback, inode }) => {
      const pids = owners.get(inode) ?? []
      return { port, loopback, pid: pids[0] ?? null, pids, process: '' }
    })
}

/** Parses `python3.1 812 ada 6u IPv4 0x1 0t0 TCP 127.0.0.1:8888 (LISTEN)` of lsof -nP. */
function parseLsof(text: string): readonly Socket[] {
  return text.split('\n').flatMap(line => {
    const found = /^(\S+)\s+(\d+)\s.*\sTCP\s+(\S*):(\d+)\s+\(LISTEN\)/.exec(line)
    if (!found) return []
    const pid = Number(found[2])
    return listening(found.slice(2), { pid, pids: [pid], process: found[1] as string })
  })
}

/** Parses `tcp4 0 0 127.0.0.1.8888 *.* LISTEN` of the BSDs, with a colon on Linux. */
function parseNetstat(text: string): readonly Socket[] {
  return text.split('\n').flatMap(line => {
    const fields = line.trim().split(/\s+/)
    const at = /^(.*)[.:](\d+)$/.exec(fields[3] ?? '')
    if (!/^tcp/.test(fields[0] ?? '') || !/\bLISTEN\b/.test(line) || !at) return []
    return listening(at, { pid: null, pids: [], process: '' })
  })
}

/** `at` is the match of a pattern: the whole, the address, the port. */
function listening(
  [, address = '', digits = '']: readonly string[],
  owner: Pick<Socket, 'pid' | 'pids' | 'process'>,
): readonly Socket[] {
  const port = Number(digits)
  if (port < 1 || port > 65_535) return []
  const plain = address.replace(/^\[|\]$|%.*$/g, '')
  // The host's `localhost` doesn't include other addresses of 127.0.0.0/8, which Hawser's own forwards use.
  if (plain.startsWith('127.') && plain !== '127.0.0.1') return []
  return [{ port, ...owner, loopback: /^127\.|^::1$|^::ffff:127\.|^localhost$/.test(plain) }]
}

/** Parses `/proc/812/status:Uid:\t1000\t1000` of grep, or `812 1000 1000` of ps: the real and the effective user. */
function ownersOf(text: string): ReadonlyMap<number, number> {
  const owners = new Map<number, number>()
  for (const line of text.split('\n')) {
    const found = /^(?:\/proc\/(\d+)\/status:Uid:|\s*(\d+)\s)\s*(\d+)\s+(\d+)/.exec(line)
    // A process that changed its user belongs to both.
    if (found && found[3] === found[4]) owners.set(Number(found[1] ?? found[2]), Number(found[3]))
  }
  return owners
}

/** The single user of all processes that hold a socket; null if there is none or more than one. */
function userOf(pids: readonly number[], owners: ReadonlyMap<number, number>): number | null {
  const users = new Set(pids.map(pid => owners.get(pid) ?? null))
  const [only = null] = users
  return users.size === 1 ? only : null
}

function argumentsOf(text: string): ReadonlyMap<number, string> {
  const args = new Map<number, string>()
  for (const line of text.split('\n')) {
    const found = /^\s*(\d+)\s+(.*\S)/.exec(line)
    if (found) args.set(Number(found[1]), found[2] as string)
  }
  return args
}

function loadOf(text: string): number | null {
  const load = /load averages?:\s*([\d.]+)|^([\d.]+)\s/m.exec(text)
  const processors = /^(\d+)$/m.exec(text)
  if (!load) return null
  return Number(load[1] ?? load[2]) / Math.max(1, Number(processors?.[1] ?? 1))
}
