import { cleanLine } from '../../shared/base/clean-text.ts'
import { serverLine, type ServerText } from '../../shared/base/server-text.ts'
import { shownName } from '../../shared/base/shown-name.ts'
import {
  sessionName,
  sessionRun,
  tmuxSocket,
  type SessionRun,
  type TmuxSocket,
} from '../../shared/contract/session-run.ts'
import type { HostSession, SessionList } from '../../shared/contract/sessions.ts'

// No host has more; further ones are not shown.
const maxSessions = 500
const maxLines = 50_000
const maxRunning = 50
const longestShown = 200
const longestFolder = 1_024

/** The panes of a session that matter: what all of them run, and the active one’s command and folder. */
interface Panes {
  readonly running: string[]
  command: string
  folder: string
}

type Lines = ReadonlyMap<string, readonly string[]>

/**
 * Reads the output of `probeScript`, at this computer’s time `now` in milliseconds. Lines that can’t be read are
 * skipped, whatever their bytes.
 */
export function parseSessions(output: string, mark: string, now: number): SessionList {
  const lines = linesOf(output, mark)
  const [version] = lines.get('V') ?? []
  // The host's clock may be wrong, but the ages by its own clock are right.
  const clock = count(lines.get('T')?.[0])
  const toLocal = (seconds: number | null) =>
    seconds === null || seconds === 0 || clock === null ? null : now - Math.max(0, clock - seconds) * 1000
  // With and without its symlinks.
  const homes = lines.get('H') ?? []
  const found = [
    ...tmuxSockets(lines).flatMap(([socket, own]) => tmuxSessions(socket, own, { toLocal, homes })),
    ...(lines.get('X') ?? []).flatMap(screenSession),
    ...(lines.get('Z') ?? []).flatMap(zellijSession),
  ]
  return {
    tmux: version === undefined ? null : cleanLine(version.replace(/^tmux /, ''), 40),
    sessions: found.toSorted((a, b) => lastUse(b) - lastUse(a)).slice(0, maxSessions),
    problems: (lines.get('E') ?? []).flatMap(problemOf),
  }
}

function lastUse({ active, created }: HostSession): number {
  return active ?? created ?? 0
}

/** The rest of each marked line, by its kind. */
function linesOf(output: string, mark: string): Lines {
  const lines = new Map<string, string[]>()
  for (const line of output.split('\n', maxLines)) {
    if (!line.startsWith(`${mark} `)) continue
    const [, kind = '', rest = ''] = /^(\w) (.*)$/s.exec(line.slice(mark.length + 1)) ?? []
    const known = lines.get(kind)
    if (known) known.push(rest)
    else lines.set(kind, [rest])
  }
  return lines
}

function tmuxSockets(lines: Lines): readonly (readonly [TmuxSocket, Lines])[] {
  return tmuxSocket.options.map(socket => {
    const own = [...lines].map(([kind, all]): [string, string[]] => [
      kind,
      all.flatMap(line => (line.startsWith(`${socket} `) ? [line.slice(socket.length + 1)] : [])),
    ])
    return [socket, new Map(own)]
  })
}

interface Reading {
  readonly toLocal: (seconds: number | null) => number | null
  readonly homes: readonly string[]
}

function tmuxSessions(socket: TmuxSocket, lines: Lines, { toLocal, homes }: Reading): readonly HostSession[] {
  const stats = new Map(
    (lines.get('S') ?? []).map(line => {
      const [id = '', ...fields] = line.trimEnd().split(',')
      return [id, fields.map(count)] as const
    }),
  )
  const panes = panesOf(lines, homes)
  const keptAs = new Map(socket === 'hawser' ? (lines.get('K') ?? []).map(idAndText) : [])
  const named = (lines.get('N') ?? []).flatMap((line): HostSession[] => {
    const [id, name] = idAndText(line)
    const [windows = null, clients = null, created = null, activity = null, attached = null] = stats.get(id) ?? []
    const known = id !== '' && created !== null ? { known: { id, created } } : {}
    const before = sessionName.safeParse(keptAs.get(id))
    const kept = before.success ? { kept: before.data } : {}
    const run = sessionRun.safeParse({ kind: 'tmux', socket, session: name, ...known, ...kept })
    if (!run.success) return []
    const { running = [], command = '', folder = '' } = panes.get(id) ?? {}
    const active = toLocal(activity) ?? toLocal(attached)
    return [{ ...plain(run.data, name), windows, clients, created: toLocal(created), active, command, folder, running }]
  })
  return [...named, ...(lines.get('O') ?? []).flatMap(line => oldSession(socket, line))]
}

/** The id of a session, which old versions don't print, and a text about it. */
function idAndText(line: string): readonly [string, string] {
  const [, id = '', text = ''] = /^(\$\d{1,9})? (.*)$/s.exec(line) ?? []
  return [id, text]
}

/** A line of `tmux ls` of a version without formats, such as `a: 1 windows (created Mon …) [80x24] (attached)`. */
function oldSession(socket: TmuxSocket, line: string): readonly HostSession[] {
  const [, name, windows, rest = ''] = /^(.+?): (\d+) windows?\b(.*)$/s.exec(line) ?? []
  if (!sessionName.safeParse(name).success || name === undefined) return []
  const clients = rest.includes('(attached)') ? 1 : 0
  return [{ ...plain({ kind: 'tmux', socket, session: name }, name), windows: count(windows), clients }]
}

function panesOf(lines: Lines, homes: readonly string[]): ReadonlyMap<string, Panes> {
  const all = new Map<string, Panes>()
  const each = (kind: string, take: (panes: Panes, text: string, active: boolean) => void) => {
    for (const line of lines.get(kind) ?? []) {
      const [, id = '', window, pane, dead, text = ''] = /^(\$\d{1,9}),(\d*),(\d*),(\d*) (.*)$/s.exec(line) ?? []
      if (id === '' || dead === '1') continue
      const panes = all.get(id) ?? { running: [], command: '', folder: '' }
      all.set(id, panes)
      take(panes, text, window === '1' && pane === '1')
    }
  }
  each('C', (panes, text, active) => {
    const command = cleanLine(text, longestShown)
    if (active) panes.command = command
    if (command !== '' && panes.running.length < maxRunning) panes.running.push(command)
  })
  each('D', (panes, text, active) => {
    if (active) panes.folder = cleanLine(shownName(belowHome(text, homes)), longestFolder)
  })
  return all
}

/** The home folder is shown as ~, as prompts do. */
function belowHome(folder: string, homes: readonly string[]): string {
  const home = homes.find(each => each.length > 1 && (folder === each || folder.startsWith(`${each}/`)))
  return home === undefined ? folder : `~${folder.slice(home.length)}`
}

/** A line of `screen -ls`: the process id and name, perhaps a date, and the state, each after a tab. */
function screenSession(line: string): readonly HostSession[] {
  const [, pid, name = '', state = ''] = /^\t(\d{1,10})\.(.*?)\t(?:\(.*\)\t)?\(([^()]*)\)\r?$/s.exec(line) ?? []
  // A dead one is only a socket that is left behind.
  if (pid === undefined || !/^(multi, )?(attached|detached)$/i.test(state)) return []
  // Matched by its beginning: the number and the dot name exactly one, also if the name has odd bytes.
  const run = sessionRun.safeParse({ kind: 'screen', session: /^[\w -]+$/.test(name) ? `${pid}.${name}` : `${pid}.` })
  return run.success ? [{ ...plain(run.data, name), clients: /attached/i.test(state) ? 1 : 0 }] : []
}

/** A line of `zellij list-sessions`: a name, its age, and perhaps that it has exited. */
function zellijSession(line: string): readonly HostSession[] {
  const [, name = ''] = /^(.+?)(?: \[Created .*\])?(?: \(current\))?$/s.exec(cleanLine(line, 1_000)) ?? []
  // An exited one runs nothing; attaching would start its commands again.
  if (/\(EXITED\b|^No active zellij sessions/.test(line)) return []
  const run = sessionRun.safeParse({ kind: 'zellij', session: name })
  return run.success ? [plain(run.data, name)] : []
}

/** A session of which only the name is known. */
function plain(run: SessionRun, name: string): HostSession {
  const unknown = { windows: null, clients: null, created: null, active: null, folder: '', command: '', running: [] }
  return { run, name: cleanLine(shownName(name), longestShown) || '(no name)', ...unknown }
}

/** tmux’s message for a socket that nothing listens on is no problem: there are no sessions. */
function problemOf(line: string): readonly ServerText[] {
  const text = line.replace(/^\w+ /, '').trim()
  if (
    text === '' ||
    /^no (?:server running|sessions)|^error connecting to .*\((?:No such file|Connection refused)|^failed to connect to server/.test(
      text,
    )
  )
    return []
  return [serverLine(text, 300)]
}

function count(digits: string | undefined): number | null {
  return digits !== undefined && /^\d{1,12}$/.test(digits.trim()) ? Number(digits) : null
}
