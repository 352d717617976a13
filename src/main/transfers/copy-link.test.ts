import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import type { ConflictChoice } from '../../shared/contract/transfers.ts'
import { openDiskSftp, type ServerHabits } from '../../testing/disk-sftp.ts'
import { runTransfer, type TestRun } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { LocalFiles } from '../files/local-files.ts'
import { packetType, statusCode } from '../sftp/codec.ts'
import type { CopiedRecord } from './part-file.ts'

const local = new LocalFiles()

/** The link `near/l` and its copy in `far`; returns the names that it asked about. */
async function rig(habits: ServerHabits = {}) {
  const folder = tempDir()
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) mkdirSync(path)
  const { files } = await openDiskSftp(far, habits)
  onTestFinished(() => files.dispose())
  symlinkSync('new', join(near, 'l'))
  const asked: string[] = []
  const copy = async (choice: ConflictChoice, more: Partial<TestRun> = {}) => {
    const ask: TestRun['ask'] = ({ to }) => (asked.push(to), Promise.resolve({ choice, all: false }))
    return runTransfer([local, files], { from: [join(near, 'l')], to: far, ask, ...more })
  }
  return { near, far, copy, asked }
}

const choices: readonly (readonly [ConflictChoice, readonly string[], string])[] = [
  ['skip', ['l'], 'old'],
  ['replace', ['l'], 'new'],
  ['keep-both', ['l', 'l (2)'], 'old'],
]

test.each(choices)('a link whose name another link has is asked about: %s', async (choice, names, leads) => {
  const { far, copy, asked } = await rig()
  symlinkSync('old', join(far, 'l'))
  expect((await copy(choice)).failures).toEqual([])
  expect([asked, readdirSync(far), readlinkSync(join(far, 'l'))]).toEqual([[join(far, 'l')], names, leads])
  if (names[1] !== undefined) expect(readlinkSync(join(far, names[1]))).toBe('new')
})

test.each(choices)('a link whose name a file has is asked about: %s', async (choice, names) => {
  const { far, copy, asked } = await rig()
  writeFileSync(join(far, 'l'), 'theirs')
  expect((await copy(choice)).failures).toEqual([])
  expect([asked, readdirSync(far)]).toEqual([[join(far, 'l')], names])
  if (choice === 'replace') expect(readlinkSync(join(far, 'l'))).toBe('new')
  else expect(readFileSync(join(far, 'l'), 'utf8')).toBe('theirs')
})

test('a link never takes the place of a folder', async () => {
  const { far, copy } = await rig()
  mkdirSync(join(far, 'l'))
  writeFileSync(join(far, 'l', 'theirs'), '')
  expect((await copy('replace')).failures).toHaveLength(1)
  expect(readdirSync(join(far, 'l'))).toEqual(['theirs'])
})

test('an identical link is not asked about, and a move keeps the source of a link that it did not create', async () => {
  const { near, far, copy, asked } = await rig()
  symlinkSync('new', join(far, 'l'))
  const { failures, meter } = await copy('replace', { options: { move: true } })
  expect([failures, asked, meter.skipped, readdirSync(near), readdirSync(far)]).toEqual([[], [], 1, ['l'], ['l']])
})

test('the second of two links with one name is asked about, and stays when it is skipped', async () => {
  const { near, far, copy, asked } = await rig()
  mkdirSync(join(near, 'more'))
  symlinkSync('other', join(near, 'more', 'l'))
  const { failures } = await copy('skip', { from: [join(near, 'l'), join(near, 'more', 'l')] })
  expect([failures, asked, readdirSync(far)]).toEqual([[], [join(far, 'l')], ['l']])
})

test('a file that is in the way stays if the server supports no links', async () => {
  const { far, copy } = await rig({
    refuse: ({ type }) => (type === packetType.symlink ? statusCode.unsupported : null),
  })
  writeFileSync(join(far, 'l'), 'theirs')
  expect((await copy('replace')).failures).toHaveLength(1)
  expect([readdirSync(far), readFileSync(join(far, 'l'), 'utf8')]).toEqual([['l'], 'theirs'])
})

test('a copy that keeps both does so once, however often it is restarted', async () => {
  const { far, copy } = await rig()
  symlinkSync('old', join(far, 'l'))
  const names = new Map<string, string>()
  for (const again of [false, true, true]) await copy('keep-both', { names, again })
  expect(readdirSync(far)).toEqual(['l', 'l (2)'])
})

test('a move that was interrupted after it created the link ends with the deletion of its source', async () => {
  const { near, far, copy } = await rig()
  const copied = new Map<string, CopiedRecord>()
  const broken = new Proxy(local, {
    get: (files, name) => {
      const value: unknown = Reflect.get(files, name)
      if (name === 'removeFile') return () => Promise.reject(new Error('killed'))
      return typeof value === 'function' ? value.bind(files) : value
    },
  })
  const { files } = await openDiskSftp(far)
  onTestFinished(() => files.dispose())
  const options = { move: true }
  const first = runTransfer([broken, files], { from: [join(near, 'l')], to: far, copied, options })
  await first.catch(() => {})
  expect([readdirSync(near), readdirSync(far)]).toEqual([['l'], ['l']])
  expect((await copy('skip', { copied, options, again: true })).failures).toEqual([])
  expect([readdirSync(near), readdirSync(far)]).toEqual([[], ['l']])
})
