import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { ConsentStore } from './consents.ts'

const command = 'proxy --token s3cret host 22'
const plain = createHash('sha256').update(command).digest('hex')
const quiet = () => {}

function everything(folder: string): string {
  return readdirSync(folder)
    .map(name => readFileSync(join(folder, name), 'latin1'))
    .join('\n')
}

test('an allowed command stays allowed across a restart, and no other', async () => {
  const folder = tempDir()
  const first = await ConsentStore.open(folder, quiet)
  await first.add(command)
  const second = await ConsentStore.open(folder, quiet)
  expect(second.has(command)).toBe(true)
  expect(second.has(`${command} `)).toBe(false)
  expect(everything(folder)).not.toContain(plain)
  expect(statSync(join(folder, 'consents.key')).mode & 0o777).toBe(0o600)
})

test('two folders keep one command under different digests', async () => {
  const kept = await Promise.all(
    [tempDir(), tempDir()].map(async folder => {
      await (await ConsentStore.open(folder, quiet)).add(command)
      return readFileSync(join(folder, 'consents.json'), 'utf8')
    }),
  )
  expect(kept[0]).not.toBe(kept[1])
})

test('plain digests of an older version are accepted, and removed from the disk at once', async () => {
  const folder = tempDir()
  for (const name of ['consents.json', 'consents.json.bak'])
    writeFileSync(join(folder, name), JSON.stringify({ version: 1, data: { commands: [plain] } }))
  const store = await ConsentStore.open(folder, quiet)
  expect(store.has(command)).toBe(true)
  expect(everything(folder)).not.toContain(plain)
  expect((await ConsentStore.open(folder, quiet)).has(command)).toBe(true)
})

test('without its key nothing is allowed any more', async () => {
  const folder = tempDir()
  await (await ConsentStore.open(folder, quiet)).add(command)
  writeFileSync(join(folder, 'consents.key'), 'short')
  expect((await ConsentStore.open(folder, quiet)).has(command)).toBe(false)
})
