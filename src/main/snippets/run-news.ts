import type { RunRow } from '../../shared/contract/snippets.ts'

/** What became of a run, for the Activity page and for a notice. */
export interface RunNews {
  readonly kind: 'ran' | 'run-failed'
  /** The host, or how many there were. */
  readonly subject: string
  readonly text: string
  /** Null where the run was over before anybody had stopped waiting for it. */
  readonly notice: string | null
}

// Runs this long end with a notification, since nobody waits for them.
const longRunMs = 10_000

/** `name` is that of the snippet; all rows are over. */
export function newsOf(rows: readonly RunRow[], name: string): RunNews {
  const good = rows.filter(({ state }) => state.kind === 'ended' && state.code === 0).length
  const [only, ...others] = rows
  const subject = only && others.length === 0 ? only.label : `${rows.length} hosts`
  const failed = rows.length - good
  const text = failed === 0 ? 'finished' : rows.length === 1 ? 'failed' : `${failed} of ${rows.length} failed`
  const endedAt = Math.max(...rows.map(row => row.endedAt ?? 0))
  const startedAt = Math.min(...rows.map(row => row.startedAt ?? Infinity))
  return {
    kind: failed === 0 ? 'ran' : 'run-failed',
    subject,
    text: `${name}: ${text}`,
    notice: endedAt - startedAt > longRunMs ? `${name} on ${subject}: ${text}` : null,
  }
}
