import { describe, expect, it } from 'vitest'

import type { HostId } from '../../../shared/contract/hosts.ts'
import type { RunRow, RunState } from '../../../shared/contract/snippets.ts'
import { hasFailed, outcomes, rowLook, shownOutput, summaryText, tookText } from './run-text.ts'

const row = (state: RunState, digest: string | null = null): RunRow => ({
  target: { kind: 'host', hostId: 'x' as HostId },
  label: 'x',
  state,
  startedAt: 1000,
  endedAt: null,
  bytes: 0,
  digest,
})
const ended = (code: number | null, digest = 'a', signal: string | null = null) =>
  row({ kind: 'ended', code, signal }, digest)
const lost = row({ kind: 'failed', error: { code: 'lost', message: 'gone' } }, 'a')

describe('a run in words', () => {
  it('counts the hosts that differ in exit code or output', () => {
    const rows = [ended(0), ended(0, 'b'), ended(0), ended(1), lost]
    expect(outcomes(rows).map(each => each.rows)).toEqual([[0, 2], [1], [3], [4]])
    expect(summaryText(rows)).toBe('5 finished · 2 failed · 3 with different output')
    expect(summaryText([ended(0), ended(0)])).toBe('2 finished · same output')
    expect(summaryText([ended(0), row({ kind: 'running' })])).toBe('1 of 2 finished')
    expect(summaryText([ended(2)])).toBe('exit code 2')
  })

  it('counts every end but exit code 0 as a failure', () => {
    expect(
      [ended(0), ended(3), ended(null, 'a', 'TERM'), lost, row({ kind: 'stopped', sure: true })].map(hasFailed),
    ).toEqual([false, true, true, true, true])
    expect(hasFailed(row({ kind: 'running' }))).toBe(false)
    expect(rowLook(ended(null, 'a', 'KILL')).text).toBe('terminated by KILL')
  })

  it('shows the time that it takes', () => {
    expect(tookText(row({ kind: 'running' }), 2500)).toBe('1.5 s')
    expect(tookText({ ...ended(0), endedAt: 61_000 }, 0)).toBe('60 s')
    expect(tookText({ ...ended(0), endedAt: 601_000 }, 0)).toBe('10 min')
  })
})

describe('shownOutput', () => {
  it('is as fast for one very long line as for many', () => {
    const line = 'x'.repeat(500_000)
    expect(shownOutput(line)).toBe(line)
    expect(shownOutput('1%\r'.repeat(100_000))).toBe('1%')
  })

  it('shows what a terminal would show at the end, without escapes', () => {
    expect(shownOutput('a\rb\r')).toBe('b')
    expect(shownOutput('10%\r50%\r100%\nok\r\n\u001b[31mred\u001b[0m\u202e')).toBe('100%\nok\nred')
  })
})
