import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { fileRig } from '../../testing/file-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { altered, put } from '../../testing/two-folders.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { FileSystem } from '../files/file-system.ts'
import { LocalFiles } from '../files/local-files.ts'
import { canPack, pack, type PackedFile } from './pack.ts'
import { partPathOf, type PartRecord } from './part-file.ts'

const names = [
  'plain.txt',
  '-rf',
  '$(id)',
  'tab\tname',
  'e\u0301',
  '😀',
  'it\'s "quoted"',
  ' ',
  'back\\slash',
  'new\nline',
  'x'.repeat(240),
]

/** The same files on a server that allows few open files. */
function fewFiles(files: FileSystem): FileSystem {
  return altered(files, { pace: { ...files.pace, files: 32 } })
}

describe.skipIf(!hasOpenSsh)('small files as one stream', () => {
  const rig = async () => {
    const folder = tempDir()
    const files = await fileRig(folder)
    onTestFinished(() => files.stop())
    const [from, to] = [join(folder, 'from'), join(folder, 'to')]
    mkdirSync(from)
    mkdirSync(to)
    for (const [index, name] of names.entries()) {
      writeFileSync(join(from, name), `contents of ${index}`.repeat(index * 100), { mode: 0o640 })
      utimesSync(join(from, name), 1_600_000_000 + index, 1_600_000_000 + index)
    }
    return { remote: files.remote, local: new LocalFiles(), from, to }
  }

  const send = async (source: FileSystem, target: FileSystem, [from, to]: [string, string]) => {
    const files: PackedFile[] = []
    for (const name of names) {
      const info = await source.info(`${from}/${name}`)
      if (info) files.push({ from: `${from}/${name}`, to: `${to}/${name}`, info, replace: false, standing: null })
    }
    const done: string[] = []
    const left = await pack({
      source,
      target,
      files,
      signal: new AbortController().signal,
      pass: () => undefined,
      onDone: file => done.push(file.to),
    })
    return { left: left.map(file => file.from.slice(from.length + 1)), done: done.length }
  }

  test.each(['down', 'up'])('arrive whole %s, and those that can’t go that way are told', async way => {
    const { remote, local, from, to } = await rig()
    expect(await canPack(remote, local)).toBe(false)
    expect(await canPack(fewFiles(remote), local)).toBe(true)
    const { left, done } =
      way === 'down' ? await send(remote, local, [from, to]) : await send(local, remote, [from, to])
    expect(left).toEqual(way === 'down' ? ['back\\slash', 'new\nline'] : [])
    expect(done + left.length).toBe(names.length)
    for (const name of names.filter(each => !left.includes(each))) {
      expect(readFileSync(join(to, name))).toEqual(readFileSync(join(from, name)))
      expect(statSync(join(to, name)).mtimeMs).toBe(statSync(join(from, name)).mtimeMs)
      expect(statSync(join(to, name)).mode & 0o777).toBe(0o640)
    }
    await expect.poll(() => readdirSync(to).filter(name => name.endsWith('.hawser-part'))).toEqual([])
  })

  test('are unpacked in a folder that the transfer records before it is created, and that is deleted afterwards', async () => {
    const { remote, local, from, to } = await rig()
    for (let at = 0; at < 60; at++) writeFileSync(join(from, `f${at}`), `file ${at}`)
    const parts = new Map<string, PartRecord>()
    const few = fewFiles(remote)
    const made: string[] = []
    const unknown: string[] = []
    const watched = altered(few, {
      makeFolder: (path: string, mode?: number) => {
        if (path.endsWith('.hawser-part')) {
          made.push(path)
          if (![...parts.keys()].map(partPathOf).includes(path)) unknown.push(path)
        }
        return few.makeFolder(path, mode)
      },
    })
    const { failures, meter } = await runTransfer([local, watched], { from: [from], to, parts })
    expect([failures, meter.packed]).toEqual([[], false])
    expect(unknown).toEqual([])
    expect(made).not.toEqual([])
    expect([...parts.keys()]).toEqual([])
    expect(readdirSync(join(to, 'from')).filter(name => name.endsWith('.hawser-part'))).toEqual([])
    expect(readFileSync(join(to, 'from', 'f59'), 'utf8')).toBe('file 59')
  })

  test('are copied one by one if no folder can be created for unpacking, and each reports why', async () => {
    const { remote, local, from, to } = await rig()
    for (let at = 0; at < 60; at++) writeFileSync(join(from, `f${at}`), `file ${at}`)
    const few = fewFiles(remote)
    const refusing = altered(few, {
      makeFolder: (path: string, mode?: number) =>
        path.endsWith('.hawser-part')
          ? Promise.reject(new AppError('no-permission', 'No.'))
          : few.makeFolder(path, mode),
    })
    const { failures } = await runTransfer([local, refusing], { from: [from], to })
    expect(failures).toEqual([])
    expect(readdirSync(join(to, 'from'))).toHaveLength(readdirSync(from).length)
  })

  test('that replace others keep the modes of those', async () => {
    const { remote, local, from, to } = await rig()
    mkdirSync(join(to, 'from'))
    for (let at = 0; at < 60; at++) {
      put(join(from, `f${at}`), `file ${at}`, 0o644)
      put(join(to, 'from', `f${at}`), 'old', 0o600)
    }
    const options = { conflict: 'replace' }
    expect((await runTransfer([local, fewFiles(remote)], { from: [from], to, options })).failures).toEqual([])
    const back = join(to, 'back')
    mkdirSync(join(back, 'from'), { recursive: true })
    for (let at = 0; at < 60; at++) put(join(back, 'from', `f${at}`), 'old', 0o755)
    const down = { from: [join(to, 'from')], to: back, options }
    expect((await runTransfer([fewFiles(remote), local], down)).failures).toEqual([])
    for (let at = 0; at < 60; at++) {
      const [there, here] = [join(to, 'from', `f${at}`), join(back, 'from', `f${at}`)]
      expect([readFileSync(there, 'utf8'), statSync(there).mode & 0o777]).toEqual([`file ${at}`, 0o600])
      expect([readFileSync(here, 'utf8'), statSync(here).mode & 0o777]).toEqual([`file ${at}`, 0o755])
    }
  })
})
