import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { appendToFile, writeAtomically } from './atomic-write.ts'

test('leftovers of a killed write beside a file are deleted by the next write, and nothing else is', async () => {
  const folder = tempDir()
  const path = join(folder, 'known_hosts')
  const orphan = 'known_hosts.hawser-tmp-0123456789ab'
  const others = [
    'config.hawser-tmp-0123456789ab',
    'known_hosts.hawser-tmp-mine',
    'known_hosts.hawser-tmp-ba9876543210',
  ]
  const old = new Date(Date.now() - 120_000)
  for (const name of [orphan, ...others]) {
    writeFileSync(join(folder, name), 'x')
    // The last one may belong to a write in progress.
    if (name !== others[2]) utimesSync(join(folder, name), old, old)
  }
  await writeAtomically(path, 'text')
  expect(readdirSync(folder).sort()).toEqual(['known_hosts', ...others].sort())
})

test('a check of the old file may prevent its replacement, and nothing stays behind', async () => {
  const folder = tempDir()
  const path = join(folder, 'config')
  writeFileSync(path, 'old', { mode: 0o644 })
  const stop = new Error('changed')
  const failing = writeAtomically(path, 'new', { beforeReplacing: () => Promise.reject(stop) })
  await expect(failing).rejects.toMatchObject({ code: 'disk', cause: stop })
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['config'])
  await writeAtomically(path, 'new', { mode: 0o640 })
  expect(statSync(path).mode & 0o777).toBe(0o640)
})

test('concurrent additions are all kept', async () => {
  const path = join(tempDir(), 'ssh', 'known_hosts')
  await Promise.all(Array.from({ length: 50 }, (_each, at) => appendToFile(path, Buffer.from(`line ${at}\n`))))
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(50)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})
