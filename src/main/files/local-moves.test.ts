import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import disk from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { LocalFiles } from './local-files.ts'

/** How the disk treats a removal; everything else is real. */
type Removal = 'refused' | 'done, and reported as refused'

const removals = new Map<string, Removal>()
const { unlink } = disk

beforeEach(() => {
  removals.clear()
  disk.unlink = async path => {
    const how = removals.get(String(path))
    if (how !== 'refused') await unlink(path)
    if (how) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
  }
  syncBuiltinESMExports()
})

afterEach(() => {
  disk.unlink = unlink
  syncBuiltinESMExports()
})

function rig() {
  const folder = tempDir()
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  writeFileSync(a, 'data')
  return { files: new LocalFiles(), a, b }
}

test('a file whose removal is refused keeps its only name', async () => {
  const { files, a, b } = rig()
  removals.set(a, 'refused')
  await expect(files.rename(a, b)).rejects.toMatchObject({ code: 'no-permission' })
  expect([readFileSync(a, 'utf8'), existsSync(b)]).toEqual(['data', false])
})

test('a file that is removed but reported as refused has moved', async () => {
  const { files, a, b } = rig()
  removals.set(a, 'done, and reported as refused')
  await files.rename(a, b)
  expect([existsSync(a), readFileSync(b, 'utf8')]).toEqual([false, 'data'])
})

test('a second name that can’t be removed is reported', async () => {
  const { files, a, b } = rig()
  for (const path of [a, b]) removals.set(path, 'refused')
  await expect(files.rename(a, b)).rejects.toThrow('so a now also exists as b.')
  expect([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')]).toEqual(['data', 'data'])
})
