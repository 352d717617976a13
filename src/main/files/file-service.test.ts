import { randomUUID } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { listingId, side, taskId, type FromListing, type Side } from '../../shared/contract/files.ts'
import { openDiskSftp } from '../../testing/disk-sftp.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { FileService } from './file-service.ts'
import { FileSides } from './file-sides.ts'
import { LocalFiles } from './local-files.ts'

const here = side.parse({ target: { kind: 'local' }, root: false })
const there = side.parse({ target: { kind: 'address', address: 'box' }, root: false })

/** The service over local files and those of a server, both in a folder of their own. */
function setUp() {
  const folder = tempDir()
  const trashed: string[] = []
  const sent: FromListing[] = []
  const sides = new FileSides(async of =>
    of.target.kind === 'local' ? new LocalFiles() : (await openDiskSftp(folder)).files,
  )
  const service = new FileService({
    note: () => {},
    sides,
    openPort: () => ({
      post: message => sent.push(message as FromListing),
      onMessage: () => {},
      onClosed: () => {},
      dispose: () => {},
    }),
    trash: path => {
      if (path.endsWith('stuck')) return Promise.reject(new Error('no trash here'))
      trashed.push(path)
      rmSync(path, { recursive: true })
      return Promise.resolve()
    },
    shortcuts: () => [{ name: 'Home', path: '/home/me' }],
  })
  onTestFinished(() => {
    service.dispose()
    sides.dispose()
  })
  return { service, folder, trashed, sent, at: (...names: string[]) => join(folder, ...names) }
}

describe.each<[string, Side]>([
  ['this computer', here],
  ['a server', there],
])('FileService on %s', (_name, of) => {
  const place = (path: string) => ({ side: of, path })

  test('reaches the side, with its home and what it offers', async () => {
    const { service } = setUp()
    const reached = await service.reach({ side: of, asker: 'person' })
    expect(reached.home).toMatch(/^\//)
    expect(reached.shortcuts).toHaveLength(of === here ? 1 : 0)
  })

  test('streams a folder, and says why one can’t be listed', async () => {
    const { service, sent, folder, at } = setUp()
    writeFileSync(at('train.py'), 'x')
    await service.list({ id: listingId.parse(randomUUID()), place: place(folder), asker: 'person' })
    await vi.waitFor(() => expect(sent.at(-1)).toEqual({ done: true, path: folder }))
    expect(sent[0]).toMatchObject({ entries: [{ name: 'train.py', kind: 'file', size: 1 }] })
    await service.list({ id: listingId.parse(randomUUID()), place: place(at('none')), asker: 'person' })
    await vi.waitFor(() => expect(sent.at(-1)).toMatchObject({ error: { code: 'not-found' } }))
  })

  test('a listing that is stopped reports nothing more', async () => {
    const { service, sent, folder } = setUp()
    const id = listingId.parse(randomUUID())
    await service.list({ id, place: place(folder), asker: 'person' })
    await service.stopListing({ id })
    await service.info({ place: place(folder) })
    expect(sent).toEqual([])
  })

  test('returns a file with its real path, and null for a missing one', async () => {
    const { service, at } = setUp()
    writeFileSync(at('a'), 'text')
    expect(await service.info({ place: place(at('a')) })).toMatchObject({ kind: 'file', size: 4, realPath: at('a') })
    expect(await service.info({ place: place(at('none')) })).toBeNull()
  })

  test('completes the names of folders only', async () => {
    const { service, folder, at } = setUp()
    for (const name of ['Runs', 'results']) mkdirSync(at(name))
    writeFileSync(at('readme'), '')
    expect(await service.complete({ place: place(folder), prefix: 'r' })).toEqual(['Runs', 'results'])
    await expect(service.complete({ place: place(at('none')), prefix: '' })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('reads a part, and saves only over the version that was read', async () => {
    const { service, at } = setUp()
    writeFileSync(at('a'), 'first')
    const piece = await service.read({ place: place(at('a')), offset: 1, length: 3 })
    expect(Buffer.from(piece.data).toString()).toBe('irs')
    const { size, mtimeMs } = statSync(at('a'))
    const expected = { size, mtimeMs: of === here ? mtimeMs : Math.floor(mtimeMs / 1000) * 1000 }
    await service.save({ place: place(at('a')), data: Buffer.from('second'), expected })
    expect(readFileSync(at('a'), 'utf8')).toBe('second')
    const again = service.save({
      place: place(at('a')),
      data: Buffer.from('third'),
      expected: { ...expected, size: 99 },
    })
    await expect(again).rejects.toMatchObject({ code: 'changed' })
    expect(readFileSync(at('a'), 'utf8')).toBe('second')
  })

  test('creates a folder, a file and a link, never over an existing one', async () => {
    const { service, at } = setUp()
    await service.makeFolder({ place: place(at('folder')) })
    await service.makeFile({ place: place(at('file')) })
    await service.makeLink({ place: place(at('link')), target: 'file' })
    expect([lstatSync(at('folder')).isDirectory(), statSync(at('file')).size]).toEqual([true, 0])
    expect(readlinkSync(at('link'))).toBe('file')
    writeFileSync(at('file'), 'kept')
    for (const make of [
      () => service.makeFolder({ place: place(at('folder')) }),
      () => service.makeFile({ place: place(at('file')) }),
      () => service.makeLink({ place: place(at('file')), target: 'x' }),
    ])
      await expect(make()).rejects.toMatchObject({ code: 'exists' })
    expect(readFileSync(at('file'), 'utf8')).toBe('kept')
  })

  test('renames within a folder, never over an existing file', async () => {
    const { service, folder, at } = setUp()
    writeFileSync(at('b'), 'BBB')
    writeFileSync(at('c'), 'CCC')
    await expect(service.rename({ place: place(at('b')), name: 'c' })).rejects.toMatchObject({ code: 'exists' })
    expect(readFileSync(at('c'), 'utf8')).toBe('CCC')
    await service.rename({ place: place(at('b')), name: 'd' })
    expect(readdirSync(folder).sort()).toEqual(['c', 'd'])
  })

  test('counts a tree, changes its modes and computes a checksum', async () => {
    const { service, at } = setUp()
    mkdirSync(at('tree', 'sub'), { recursive: true })
    writeFileSync(at('tree', 'sub', 'a'), 'abc')
    const task = () => taskId.parse(randomUUID())
    expect(await service.count({ side: of, paths: [at('tree')], task: task() })).toMatchObject({ files: 1, bytes: 3 })
    await service.setMode({ side: of, paths: [at('tree', 'sub', 'a')], mode: 0o600, within: false, task: task() })
    expect(statSync(at('tree', 'sub', 'a')).mode & 0o777).toBe(0o600)
    const sum = await service.checksum({ place: place(at('tree', 'sub', 'a')), kind: 'md5', task: task() })
    expect(sum).toBe('900150983cd24fb0d6963f7d28e17f72')
    await expect(service.checksum({ place: place(at('none')), kind: 'md5', task: task() })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('finds by part of the name', async () => {
    const { service, folder, at } = setUp()
    mkdirSync(at('deep'))
    writeFileSync(at('deep', 'Model.pt'), '')
    const found = await service.find({ place: place(folder), text: 'model', task: taskId.parse(randomUUID()) })
    expect(found).toEqual([at('deep', 'Model.pt')])
  })
})

describe('removing', () => {
  test('moves local files to the trash, and stops on failure', async () => {
    const { service, at, trashed } = setUp()
    for (const name of ['a', 'stuck', 'z']) writeFileSync(at(name), '')
    const removing = service.remove({ side: here, paths: ['a', 'stuck', 'z'].map(name => at(name)), task: undefined })
    await expect(removing).rejects.toMatchObject({ code: 'files-failed' })
    expect(trashed).toEqual([at('a')])
    expect([existsSync(at('stuck')), existsSync(at('z'))]).toEqual([true, true])
  })

  test('deletes a tree on a server', async () => {
    const { service, folder, at } = setUp()
    mkdirSync(at('tree', 'sub'), { recursive: true })
    writeFileSync(at('tree', 'sub', 'a'), '')
    await service.remove({ side: there, paths: [at('tree')], task: taskId.parse(randomUUID()) })
    expect(readdirSync(folder)).toEqual([])
  })

  test('is cancelled by its task', async () => {
    const { service, at } = setUp()
    for (let index = 0; index < 50; index++) writeFileSync(at(`f${index}`), '')
    const task = taskId.parse(randomUUID())
    const paths = Array.from({ length: 50 }, (_each, index) => at(`f${index}`))
    const removing = service.remove({ side: here, paths, task })
    await service.cancel({ task })
    await expect(removing).rejects.toMatchObject({ code: 'cancelled' })
  })
})
