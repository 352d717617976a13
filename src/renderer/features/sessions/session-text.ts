import type { SessionRun } from '../../../shared/contract/session-run.ts'
import type { HostSession } from '../../../shared/contract/sessions.ts'
import type { Target } from '../../../shared/contract/targets.ts'

export type RemoteTarget = Exclude<Target, { kind: 'local' }>

/** Identifies a session among those of its host. */
export function sessionKey(run: SessionRun): string {
  if (run.kind !== 'tmux') return `${run.kind} ${run.session}`
  return `tmux ${run.socket} ${run.known ? `${run.known.id} ${run.known.created}` : run.session}`
}

/** What a session runs in its active pane, and where; empty if unknown. */
export function doingText({ command, folder }: HostSession): string {
  if (command === '') return folder
  return folder === '' ? command : `${command} in ${folder}`
}

/** The numbers and ages of a session. */
export function factsText(session: HostSession, now: number): string {
  const { run, windows, clients, created, active } = session
  const program = run.kind === 'tmux' ? run.socket === 'hawser' && 'kept by Hawser' : run.kind
  return [
    program,
    windows !== null && (windows === 1 ? '1 window' : `${windows} windows`),
    clients !== null &&
      (clients === 0 ? 'not attached' : `attached in ${clients === 1 ? '1 terminal' : `${clients} terminals`}`),
    active !== null && `active ${ageText(active, now)}`,
    created !== null && `created ${ageText(created, now)}`,
  ]
    .filter(Boolean)
    .join(' · ')
}

const units = [
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
] as const

function ageText(at: number, now: number): string {
  const age = Math.max(0, now - at)
  const [unit, ms] = units.findLast(([, size]) => age >= size) ?? ['minute', 60_000]
  if (age < 60_000) return 'just now'
  return new Intl.RelativeTimeFormat('en').format(-Math.floor(age / ms), unit)
}

const shells = /^-?(?:ba|z|fi|da|k|mk|tc|c|a)?sh$|^(?:fish|nu|pwsh)$/
const mostNamed = 8

/** The sentence that says what ends with a session. */
export function endingText({ running }: Pick<HostSession, 'running'>): string {
  const counts = new Map<string, number>()
  for (const command of running) counts.set(command, (counts.get(command) ?? 0) + 1)
  // Shells last: they run in nearly every session.
  const all = [...counts].toSorted(([a], [b]) => Number(shells.test(a)) - Number(shells.test(b)))
  if (all.length === 0) return 'Everything that runs in it will be terminated.'
  const named = all.slice(0, mostNamed).map(([command, times]) => (times === 1 ? command : `${command} (${times})`))
  const rest = all.length - named.length
  const words = rest === 0 ? named : [...named, rest === 1 ? '1 more program' : `${rest} more programs`]
  const list = new Intl.ListFormat('en').format(words)
  return running.length === 1
    ? `${list} is running in it and will be terminated.`
    : `${list} are running in it and will be terminated.`
}
