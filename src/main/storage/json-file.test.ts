import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { build } from 'vite'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { runs } from '../../testing/runs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { sweepOrphans } from './atomic-write.ts'
import { JsonFile, type JsonFileOptions } from './json-file.ts'

const schema = z.strictObject({ n: z.number() })

async function open(folder: string, more: Partial<JsonFileOptions<{ n: number }>> = {}) {
  const notices: string[] = []
  const path = join(folder, 'store.json')
  const file = await JsonFile.open({
    path,
    schema,
    initial: { n: 0 },
    showNotice: (_level, text) => notices.push(text),
    ...more,
  })
  return { file, notices, path }
}

describe('JsonFile', () => {
  it('starts with the initial value and keeps what was saved, readable by its owner only', async () => {
    const folder = tempDir()
    const { file, path } = await open(folder)
    expect(file.value).toEqual({ n: 0 })
    await file.save({ n: 1 })
    expect((await open(folder)).file.value).toEqual({ n: 1 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('writes the last of many saves that come at once', async () => {
    const folder = tempDir()
    const { file } = await open(folder)
    await Promise.all(Array.from({ length: 50 }, (_each, n) => file.save({ n })))
    expect((await open(folder)).file.value).toEqual({ n: 49 })
  })

  it.each([
    ['cut off', '{"version":1,"data":{"n":'],
    ['empty', ''],
    ['of another shape', '{"version":1,"data":{"n":"x"}}'],
    ['without a version', '{"n":1}'],
    ['null', 'null'],
  ])('moves a file that is %s aside under a dated name, restores the backup, and reports it', async (_what, text) => {
    const folder = tempDir()
    const first = await open(folder)
    await first.file.save({ n: 1 })
    await first.file.save({ n: 2 })
    writeFileSync(first.path, text)
    const { file, notices } = await open(folder, { now: () => new Date('2026-11-20T10:00:00Z') })
    expect(file.value).toEqual({ n: 1 })
    expect(readFileSync(`${first.path}.damaged-2026-11-20T10-00-00.000Z`, 'utf8')).toBe(text)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatch(/damaged.*last backup.*saved as/)
  })

  it('migrates older versions step by step', async () => {
    const folder = tempDir()
    writeFileSync(join(folder, 'store.json'), '{"version":1,"data":{"old":4}}')
    const migrations = [
      (data: unknown) => ({ mid: (data as { old: number }).old + 1 }),
      (data: unknown) => ({ n: (data as { mid: number }).mid * 2 }),
    ]
    const { file, path } = await open(folder, { migrations })
    expect(file.value).toEqual({ n: 10 })
    await file.save({ n: 11 })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 3 })
  })

  it('never overwrites the file of a newer version', async () => {
    const folder = tempDir()
    const newer = '{"version":9,"data":{"future":true}}'
    writeFileSync(join(folder, 'store.json'), newer)
    const { file, notices, path } = await open(folder)
    await expect(file.save({ n: 1 })).rejects.toMatchObject({ code: 'read-only' })
    expect(readFileSync(path, 'utf8')).toBe(newer)
    expect(notices[0]).toMatch(/newer version of Hawser/)
  })

  it('says which file could not be saved when the folder can’t be written', async () => {
    const folder = tempDir()
    const { file } = await open(join(folder, 'inner'))
    // A file in place of the folder can't contain files, not even for root.
    writeFileSync(join(folder, 'inner'), '')
    await expect(file.save({ n: 1 })).rejects.toMatchObject({
      code: 'disk',
      message: expect.stringContaining('store.json'),
    })
    chmodSync(join(folder, 'inner'), 0o600)
  })

  it('leaves no incomplete file behind when killed at random moments of a save', { timeout: 240_000 }, async () => {
    const folder = tempDir()
    const program = await buildWriter(folder)
    const data = join(folder, 'data')
    mkdirSync(data)
    for (let round = 0; round < runs(200, 20); round++) {
      const writer = spawn(process.execPath, [program, join(data, 'store.json')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(writer.stdout, 'data')
      await new Promise(resolve => setTimeout(resolve, Math.random() * 12))
      writer.kill('SIGKILL')
      await once(writer, 'close')
      await sweepOrphans(data)
      const { value, notices } = await readBack(data)
      expect(notices).toEqual([])
      expect(value.fill).toHaveLength(20_000)
    }
    expect(readdirSync(data).filter(name => name.includes('tmp') || name.includes('damaged'))).toEqual([])
  })
})

const big = z.strictObject({ n: z.number(), fill: z.string() })

async function readBack(folder: string) {
  const notices: string[] = []
  const file = await JsonFile.open({
    path: join(folder, 'store.json'),
    schema: big,
    initial: { n: 0, fill: 'x'.repeat(20_000) },
    showNotice: (_level, text) => notices.push(text),
  })
  return { value: file.value, notices }
}

/** A program that saves forever, built from the code that ships. */
async function buildWriter(folder: string): Promise<string> {
  const entry = join(folder, 'writer.ts')
  const here = new URL('./json-file.ts', import.meta.url).pathname
  const zod = new URL(import.meta.resolve('zod')).pathname
  writeFileSync(
    entry,
    `import { JsonFile } from ${JSON.stringify(here)}
     import { z } from ${JSON.stringify(zod)}
     const schema = z.strictObject({ n: z.number(), fill: z.string() })
     const file = await JsonFile.open({ path: process.argv[2], schema, initial: { n: 0, fill: '' }, showNotice: () => {} })
     process.stdout.write('ready')
     for (let n = 0; ; n++) await file.save({ n, fill: String(n % 10).repeat(20_000) })`,
  )
  await build({
    logLevel: 'silent',
    configFile: false,
    build: { ssr: entry, outDir: join(folder, 'built'), rollupOptions: { output: { entryFileNames: 'writer.mjs' } } },
    ssr: { noExternal: true },
  })
  const program = join(folder, 'built', 'writer.mjs')
  expect(existsSync(program)).toBe(true)
  return program
}
