import type { RunRow, RunState } from '../../../shared/contract/snippets.ts'
import { cleanText } from '../../../shared/base/clean-text.ts'
import type { Tone } from '../../ui/tag.tsx'

/** True while the host is running, waiting or connecting. */
export function isUnderWay({ state }: RunRow): boolean {
  return !isOver(state)
}

function isOver({ kind }: RunState): boolean {
  return kind === 'ended' || kind === 'failed' || kind === 'stopped'
}

/** True if it ended in any way but exit code 0. */
export function hasFailed({ state }: RunRow): boolean {
  return isOver(state) && !(state.kind === 'ended' && state.code === 0)
}

/** The state of one host in a run, as the colour of a dot and in words. */
export function rowLook({ state }: RunRow): { readonly tone: Tone; readonly text: string } {
  switch (state.kind) {
    case 'waiting':
      return { tone: 'none', text: 'queued' }
    case 'connecting':
      return { tone: 'warn', text: state.step.toLowerCase() }
    case 'asking':
      return { tone: 'warn', text: 'waiting for your response' }
    case 'running':
      return { tone: 'info', text: 'running' }
    case 'ended':
      if (state.signal !== null) return { tone: 'bad', text: `terminated by ${state.signal}` }
      return { tone: state.code === 0 ? 'ok' : 'bad', text: `exit code ${state.code ?? 'unknown'}` }
    case 'failed':
      return { tone: 'bad', text: 'failed' }
    case 'stopped':
      return { tone: 'none', text: state.sure ? 'stopped' : 'may still be running' }
  }
}

/** The time that it took, or has taken so far. */
export function tookText({ startedAt, endedAt }: RunRow, now: number): string {
  if (startedAt === null) return ''
  const seconds = Math.max(0, (endedAt ?? now) - startedAt) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** The summary of a whole run. */
export function summaryText(rows: readonly RunRow[]): string {
  const [only, ...others] = rows
  if (only && others.length === 0) return rowLook(only).text
  const left = rows.filter(isUnderWay).length
  const failed = rows.filter(hasFailed).length
  const differing = rows.length - (outcomes(rows)[0]?.rows.length ?? 0)
  const parts = [
    left > 0 ? `${rows.length - left} of ${rows.length} finished` : `${rows.length} finished`,
    failed > 0 && `${failed} failed`,
    left === 0 && (differing === 0 ? 'same output' : `${differing} with different output`),
  ]
  return parts.filter(Boolean).join(' · ')
}

/** Hosts with the same exit code and output. */
export interface Outcome {
  readonly key: string
  /** The indexes of its hosts in the run. */
  readonly rows: readonly number[]
}

/** Groups the hosts by exit code and output, the largest group first. */
export function outcomes(rows: readonly RunRow[]): readonly Outcome[] {
  const found = new Map<string, number[]>()
  rows.forEach((row, index) => {
    const { state } = row
    const how =
      state.kind === 'ended' ? `${state.code} ${state.signal}` : state.kind === 'failed' ? state.error.code : state.kind
    const key = `${how} ${row.digest ?? ''}`
    const list = found.get(key)
    if (list) list.push(index)
    else found.set(key, [index])
  })
  return [...found].map(([key, list]) => ({ key, rows: list })).toSorted((a, b) => b.rows.length - a.rows.length)
}

const longest = 1024 * 1024

/** Output for display: without escapes, and with the last state of a line that was overwritten, such as a progress bar. */
export function shownOutput(raw: string): string {
  const lines = raw.replaceAll('\r\n', '\n').split('\n')
  return cleanText(lines.map(afterReturn).join('\n'), longest)
}

function afterReturn(line: string): string {
  const end = line.endsWith('\r') ? line.length - 1 : line.length
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end)
}
