import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { openDiskSftp, type ServedRequest, type ServerHabits } from '../../testing/disk-sftp.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { saveFile } from '../files/file-contents.ts'
import { LocalFiles } from '../files/local-files.ts'
import { SmallFiles } from '../files/small-files.ts'
import { packetType, statusCode, type Attributes } from '../sftp/codec.ts'
import type { CopiedRecord, PartRecord } from './part-file.ts'

const local = new LocalFiles()
const sizes = { empty: 0, small: 100, middle: 32_768, large: 300_000 }

async function rig(habits: ServerHabits = {}) {
  const folder = tempDir()
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) mkdirSync(path)
  const { files, server } = await openDiskSftp(far, habits)
  onTestFinished(() => files.dispose())
  return { near, far, files, server }
}

/** A server that sets none of these attributes, by handle or by name, and returns this status. */
function refusing(names: readonly (keyof Attributes)[], status: number, types: readonly number[] = setters) {
  return {
    refuse: ({ type, attributes }: ServedRequest) =>
      types.includes(type) && names.some(name => attributes?.[name] !== undefined) ? status : null,
  }
}

const setters = [packetType.setstat, packetType.fsetstat]
const everything = ['size', 'mode', 'mtime', 'uid'] as const
const statuses = [
  statusCode.eof,
  statusCode.noSuchFile,
  statusCode.permissionDenied,
  statusCode.failure,
  statusCode.badMessage,
  statusCode.unsupported,
  statusCode.writeProtect,
  99,
]
const refusals: readonly (readonly [string, readonly (keyof Attributes)[], number])[] = [
  ...statuses.map(status => ['everything', everything, status] as const),
  ...everything.map(name => [name, [name], statusCode.permissionDenied] as const),
  ...everything.map(name => [name, [name], statusCode.noSuchFile] as const),
]

describe.each(refusals)('a server that sets not %s', (_what, names, status) => {
  test(`and returns ${status} gets files of every size and their folder, complete, with the rest set`, async () => {
    const { near, far, files } = await rig(refusing(names, status))
    mkdirSync(join(near, 'tree'), { mode: 0o750 })
    for (const [name, size] of Object.entries(sizes)) {
      writeFileSync(join(near, 'tree', name), randomBytes(size))
      chmodSync(join(near, 'tree', name), 0o640)
      utimesSync(join(near, 'tree', name), 1_600_000_000, 1_600_000_000)
    }
    const { failures } = await runTransfer([local, files], { from: [join(near, 'tree')], to: far })
    expect(failures).toEqual([])
    expect(readdirSync(join(far, 'tree')).sort()).toEqual(Object.keys(sizes).sort())
    for (const name of Object.keys(sizes)) {
      const path = join(far, 'tree', name)
      expect(readFileSync(path).equals(readFileSync(join(near, 'tree', name)))).toBe(true)
      // The mode is in the request that creates the file, since nothing sets it later.
      expect(statSync(path).mode & 0o777).toBe(0o640)
      if (!names.includes('mtime')) expect(statSync(path).mtimeMs).toBe(1_600_000_000_000)
    }
    expect(statSync(join(far, 'tree')).mode & 0o777).toBe(0o750)
  })

  test(`and returns ${status} accepts a file from the editor`, async () => {
    const { far, files } = await rig(refusing(names, status))
    writeFileSync(join(far, 'run.sh'), 'old')
    chmodSync(join(far, 'run.sh'), 0o751)
    await saveFile(files, join(far, 'run.sh'), { data: Buffer.from('new'), expected: null })
    expect(readFileSync(join(far, 'run.sh'), 'utf8')).toBe('new')
    expect(statSync(join(far, 'run.sh')).mode & 0o777).toBe(0o751)
    expect(readdirSync(far)).toEqual(['run.sh'])
  })
})

test('attributes that are refused by handle are set by name', async () => {
  const { near, far, files } = await rig(refusing(everything, statusCode.noSuchFile, [packetType.fsetstat]))
  writeFileSync(join(near, 'a'), randomBytes(300_000))
  utimesSync(join(near, 'a'), 1_600_000_000, 1_600_000_000)
  expect((await runTransfer([local, files], { from: [join(near, 'a')], to: far })).failures).toEqual([])
  expect(statSync(join(far, 'a')).mtimeMs).toBe(1_600_000_000_000)
})

test('a server that silently ignores truncation gets no end of an older, longer part', async () => {
  const { near, far, files } = await rig({ ...refusing(everything, statusCode.unsupported), exclusive: 'ignored' })
  const data = randomBytes(100_000)
  writeFileSync(join(near, 'a'), data)
  writeFileSync(join(far, '.a.hawser-part'), randomBytes(200_000))
  expect((await runTransfer([local, files], { from: [join(near, 'a')], to: far })).failures).toEqual([])
  expect(readFileSync(join(far, 'a')).equals(data)).toBe(true)
})

test('a resume of a part longer than the source starts over, and is complete', async () => {
  const { near, far, files } = await rig(refusing(['size'], statusCode.noSuchFile))
  const data = randomBytes(300_000)
  writeFileSync(join(near, 'a'), data)
  writeFileSync(join(far, '.a.hawser-part'), Buffer.concat([data, randomBytes(5_000)]))
  const { size, mtimeMs } = statSync(join(near, 'a'))
  const parts = new Map<string, PartRecord>([[join(far, 'a'), { size, mtimeMs, whole: 200_000 }]])
  const { failures } = await runTransfer([local, files], { from: [join(near, 'a')], to: far, parts, again: true })
  expect(failures).toEqual([])
  expect(readFileSync(join(far, 'a')).equals(data)).toBe(true)
})

test('a resumed transfer recognizes its copies if the server sets no times', async () => {
  const { near, far, files } = await rig(refusing(['mtime'], statusCode.unsupported))
  for (const name of ['a', 'b']) {
    writeFileSync(join(near, name), randomBytes(50_000))
    utimesSync(join(near, name), 1_600_000_000, 1_600_000_000)
  }
  const copied = new Map<string, CopiedRecord>()
  await runTransfer([local, files], { from: [join(near, 'a')], to: far, copied })
  const asked: string[] = []
  const { failures, meter } = await runTransfer([local, files], {
    from: [join(near, 'a'), join(near, 'b')],
    to: far,
    copied,
    again: true,
    ask: ({ to }) => (asked.push(to), Promise.resolve(null)),
  })
  expect([failures, asked]).toEqual([[], []])
  expect([meter.files, meter.skipped]).toEqual([2, 0])
})

test.each([
  ['one by one', null],
  ['by workers', new SmallFiles(new URL('../files/small-files-worker.mjs', import.meta.url))],
])(
  'what is downloaded %s gets no permission that the umask takes away, nor setuid, setgid or sticky',
  async (_how, whole) => {
    const { near, far, files } = await rig()
    const umask = process.umask(0o027)
    onTestFinished(() => {
      process.umask(umask)
      whole?.dispose()
    })
    const tree = join(far, 'tree')
    mkdirSync(tree)
    for (const [name, size] of Object.entries(sizes)) {
      writeFileSync(join(tree, name), randomBytes(size))
      chmodSync(join(tree, name), 0o6777)
    }
    mkdirSync(join(tree, 'open'))
    chmodSync(join(tree, 'open'), 0o3777)
    chmodSync(tree, 0o1777)
    const { failures } = await runTransfer([files, new LocalFiles(whole)], { from: [tree], to: near })
    expect(failures).toEqual([])
    const modes = ['', 'open', ...Object.keys(sizes)].map(name => statSync(join(near, 'tree', name)).mode & 0o7777)
    expect(modes).toEqual([...modes].fill(0o750))
  },
)
