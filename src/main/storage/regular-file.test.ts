import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { readRegularFile, readTextIfAny } from './regular-file.ts'

test('a regular file is read, also through a link', async () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'key'), 'text')
  symlinkSync('key', join(folder, 'link'))
  expect((await readRegularFile(join(folder, 'link'), 4)).data.toString()).toBe('text')
  await expect(readRegularFile(join(folder, 'key'), 3)).rejects.toMatchObject({ code: 'invalid-input' })
  await expect(readRegularFile(join(folder, 'none'), 3)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await readTextIfAny(join(folder, 'none'), 3)).toBe('')
})

test.skipIf(process.platform !== 'linux')(
  'a file that reports no size is read to the limit and no further',
  async () => {
    await expect(readRegularFile('/proc/self/maps', 100)).rejects.toMatchObject({ code: 'invalid-input' })
    expect((await readRegularFile('/proc/self/comm', 100)).data.length).toBeGreaterThan(0)
  },
)

test('pipes, devices and folders are refused at once', async () => {
  const folder = tempDir()
  execFileSync('mkfifo', [join(folder, 'pipe')])
  symlinkSync('pipe', join(folder, 'link'))
  mkdirSync(join(folder, 'sub'))
  // More than libuv has threads: if one were opened, the last would never finish.
  const paths = [
    ...Array(8).fill(join(folder, 'pipe')),
    join(folder, 'link'),
    join(folder, 'sub'),
    '/dev/zero',
  ] as string[]
  for (const result of await Promise.allSettled(paths.map(path => readRegularFile(path, 10))))
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'invalid-input' } })
})

test.each([
  '\\\\evil\\share\\key',
  '//evil/share/key',
  '\\/evil/share',
  '\\\\?\\C:\\key',
  '\\\\.\\pipe\\x',
  '\\??\\UNC\\evil\\x',
  'C:\\Users\\me\\NUL',
  'C:\\keys\\com1.txt',
  'C:/keys/con',
  'C:\\key:stream',
  'CONIN$',
])('on Windows %s is not opened', async path => {
  await expect(readRegularFile(path, 10, 'win32')).rejects.toThrow('is not on this computer')
})

test.each(['C:\\Users\\me\\.ssh\\id_ed25519', 'D:/keys/console.ppk', 'C:\\keys\\nullable'])(
  'on Windows %s is a path like any other',
  async path => {
    await expect(readRegularFile(path, 10, 'win32')).rejects.toMatchObject({ code: 'ENOENT' })
  },
)
