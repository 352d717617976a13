import { randomUUID } from 'node:crypto'

import { expect, test } from 'vitest'

import type { HostId } from '../../shared/contract/hosts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { transferRequest, type TransferId } from '../../shared/contract/transfers.ts'
import { TransferEntry } from './transfer-entry.ts'
import { newsOf } from './transfer-news.ts'

const local: Target = { kind: 'local' }
const box: Target = { kind: 'host', hostId: randomUUID() as HostId }
const typed: Target = { kind: 'address', address: 'gpu.example', port: 2222, user: 'ada', jumps: [], keyFile: null }

function ended(from: Target, to: Target, kind: 'done' | 'failed'): TransferEntry {
  const side = (target: Target) => ({ target, root: false })
  const request = transferRequest.parse({
    from: { side: side(from), paths: ['/a/run.log'] },
    to: { side: side(to), path: '/b' },
  })
  const entry = new TransferEntry(randomUUID() as TransferId, request)
  entry.state = kind === 'done' ? { kind } : { kind, error: { code: 'files-failed', message: 'x' } }
  return entry
}

const news = (entry: TransferEntry, tookMs = 0) => newsOf(entry, { tookMs, nameOf: () => 'box' })

test('names the hosts that took part, each once, and this computer where there were none', () => {
  expect(news(ended(local, box, 'done'))).toMatchObject({ kind: 'copied', subject: 'box', notice: null })
  expect(news(ended(typed, box, 'failed'))).toMatchObject({ kind: 'copy-failed', subject: 'box, gpu.example' })
  expect(news(ended(box, box, 'done')).subject).toBe('box')
  expect(news(ended(local, local, 'done')).subject).toBe('This computer')
})

test('a long copy is worth a notice', () => {
  const entry = ended(local, box, 'done')
  expect(news(entry, 10_001).notice).toBe(news(entry).text)
  expect(news(ended(local, box, 'failed'), 10_001).notice).not.toBeNull()
})
