import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { tempDir } from '../../testing/temp-dir.ts'
import { SmallFiles } from './small-files.ts'

const files = new SmallFiles(new URL('./small-files-worker.mjs', import.meta.url))
afterAll(() => files.dispose())

function options(folder: string, name: string, replace = false) {
  const data = Buffer.from(`this is ${name}`)
  const change = { mode: 0o640, mtimeMs: 1_700_000_000_000 }
  return { part: join(folder, `.${name}.hawser-part`), to: join(folder, name), data, change, inherits: false, replace }
}

test('a thousand small files are written with their mode and time, and nothing else is left', async () => {
  const folder = tempDir()
  const names = Array.from({ length: 1000 }, (_, at) => `file ${at}`)
  await Promise.all(names.map(name => files.place(options(folder, name))))
  expect((await readdir(folder)).sort()).toEqual(names.sort())
  const { mode, mtimeMs } = statSync(join(folder, 'file 7'))
  expect([mode & 0o777, mtimeMs]).toEqual([0o640, 1_700_000_000_000])
  const read = await files.read(join(folder, 'file 7'), 100)
  expect([Buffer.from(read.data).toString(), read.info.size]).toEqual(['this is file 7', 14])
})

test('an existing file is kept unless it may be replaced, and no part file stays', async () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'mine'), 'mine')
  await expect(files.place(options(folder, 'mine'))).rejects.toMatchObject({ code: 'exists' })
  expect(await readdir(folder)).toEqual(['mine'])
  await files.place(options(folder, 'mine', true))
  expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('this is mine')
})

test('a part file of an earlier copy is replaced, a link in its place is not followed, a folder stops it', async () => {
  const folder = tempDir()
  writeFileSync(join(folder, 'victim'), 'safe')
  symlinkSync(join(folder, 'victim'), join(folder, '.a.hawser-part'))
  await files.place(options(folder, 'a'))
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('safe')
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('this is a')
  mkdirSync(join(folder, '.b.hawser-part'))
  await expect(files.place(options(folder, 'b'))).rejects.toMatchObject({ name: 'AppError' })
})

test('anything that is not a file or doesn’t exist is reported', async () => {
  const folder = tempDir()
  await expect(files.read(join(folder, 'missing'), 10)).rejects.toMatchObject({ code: 'not-found' })
  await expect(files.read(folder, 10)).rejects.toMatchObject({ code: 'is-a-folder' })
  await expect(files.read('/dev/null', 10)).rejects.toMatchObject({ code: 'unsupported' })
})
