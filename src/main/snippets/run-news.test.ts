import { expect, test } from 'vitest'

import type { RunRow } from '../../shared/contract/snippets.ts'
import { newsOf } from './run-news.ts'

const row = (label: string, code: number, endedAt = 1_000) =>
  ({ label, state: { kind: 'ended', code }, startedAt: 0, endedAt }) as unknown as RunRow

test('names the one host, or how many there were, and whether all went well', () => {
  expect(newsOf([row('box', 0)], 'Disk')).toMatchObject({ kind: 'ran', subject: 'box', notice: null })
  expect(newsOf([row('box', 1)], 'Disk')).toMatchObject({ kind: 'run-failed', subject: 'box' })
  expect(newsOf([row('a', 0), row('b', 2)], 'Disk')).toMatchObject({ kind: 'run-failed', subject: '2 hosts' })
})

test('only a run that took long is worth a notice', () => {
  expect(newsOf([row('box', 0, 10_000)], 'Disk').notice).toBeNull()
  expect(newsOf([row('a', 0, 10_001), row('b', 0)], 'Disk').notice).toContain('Disk on 2 hosts')
})
