import { EventEmitter } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test, vi } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { watchFolder, type WatchSystem } from './watch-folder.ts'

test.each([
  [
    'can not begin',
    () => ({
      system: (() => {
        throw new Error('ENOSPC')
      }) as WatchSystem,
      fail: () => {},
    }),
  ],
  [
    'ends with an error',
    () => {
      const watcher = Object.assign(new EventEmitter(), { close: () => {} })
      return {
        system: (() => watcher) as unknown as WatchSystem,
        fail: () => watcher.emit('error', new Error('EPERM')),
      }
    },
  ],
] as const)('changes are seen also where watching %s', async (_how, make) => {
  const folder = tempDir()
  const { system, fail } = make()
  let changes = 0
  const watching = watchFolder(folder, () => changes++, { system, everyMs: 5 })
  fail()
  expect(changes).toBe(1)
  let size = 0
  await vi.waitFor(() => {
    writeFileSync(join(folder, 'x'), 'x'.repeat(++size))
    expect(changes).toBeGreaterThan(1)
  })
  watching.dispose()
})
