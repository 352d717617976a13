import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { sftpServer } from '../../testing/sftp-program.ts'
import { leftIn, modeOf, programFiles, put, text, twoFolders } from '../../testing/two-folders.ts'
import type { FileSystem } from '../files/file-system.ts'
import { LocalFiles } from '../files/local-files.ts'
import type { Conflict } from './placement.ts'

const local = new LocalFiles()
const sizes = { small: 100, large: 300_000 }
const replace = { conflict: 'replace' }

describe.skipIf(lacks(sftpServer))('a link in the way', () => {
  test.each(['up', 'down'])('is written through on the way %s, small and large, many and few', async way => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    const [source, target] = way === 'up' ? [near, far] : [far, near]
    fs.mkdirSync(join(target, 'store'))
    fs.mkdirSync(join(source, 'tree'))
    fs.mkdirSync(join(target, 'tree'))
    const names = Array.from({ length: 60 }, (_, at) => `f${at}`)
    for (const name of names) {
      put(join(source, 'tree', name), randomBytes(name === 'f0' ? sizes.large : sizes.small))
      put(join(target, 'store', name), `old ${name}`, 0o640)
      fs.symlinkSync(`../store/${name}`, join(target, 'tree', name))
    }
    const sides: [FileSystem, FileSystem] = way === 'up' ? [local, files] : [files, local]
    const { failures } = await runTransfer(sides, { from: [join(source, 'tree')], to: target, options: replace })
    expect(failures).toEqual([])
    for (const name of names) {
      expect(fs.lstatSync(join(target, 'tree', name)).isSymbolicLink()).toBe(true)
      const wanted = fs.readFileSync(join(source, 'tree', name))
      expect(fs.readFileSync(join(target, 'store', name)).equals(wanted)).toBe(true)
      expect(modeOf(join(target, 'store', name))).toBe(0o640)
    }
    expect([...leftIn(join(target, 'store')), ...leftIn(join(target, 'tree'))]).toEqual([])
  })

  test('is asked about with the size and time of its target', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    put(join(near, 'model.pt'), 'new')
    put(join(far, 'real'), 'x'.repeat(5000))
    fs.utimesSync(join(far, 'real'), 1_600_000_000, 1_600_000_000)
    fs.symlinkSync('real', join(far, 'model.pt'))
    const asked: Conflict[] = []
    const ask = (conflict: Conflict) => (asked.push(conflict), Promise.resolve(null))
    await runTransfer([local, files], { from: [join(near, 'model.pt')], to: far, ask }).catch(() => {})
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ to: join(far, 'model.pt'), target: { size: 5000, mtimeMs: 1_600_000_000_000 } })
    const options = { conflict: 'newer' }
    fs.utimesSync(join(near, 'model.pt'), 1_500_000_000, 1_500_000_000)
    const { meter } = await runTransfer([local, files], { from: [join(near, 'model.pt')], to: far, options })
    expect([meter.skipped, fs.statSync(join(far, 'real')).size]).toEqual([1, 5000])
    fs.utimesSync(join(near, 'model.pt'), 1_700_000_000, 1_700_000_000)
    await runTransfer([local, files], { from: [join(near, 'model.pt')], to: far, options })
    expect(text(join(far, 'real'))).toBe('new')
  })

  test('that is dangling gets the file at its target', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    put(join(near, 'a'), 'new')
    fs.mkdirSync(join(far, 'store'))
    fs.symlinkSync('store/a', join(far, 'a'))
    const { failures } = await runTransfer([local, files], { from: [join(near, 'a')], to: far, options: replace })
    expect(failures).toEqual([])
    expect([text(join(far, 'store', 'a')), fs.lstatSync(join(far, 'a')).isSymbolicLink()]).toEqual(['new', true])
  })

  test('to a folder accepts a folder, but no file', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    fs.mkdirSync(join(near, 'data'))
    put(join(near, 'data', 'a'), 'new')
    fs.mkdirSync(join(far, 'big'))
    fs.symlinkSync('big', join(far, 'data'))
    expect((await runTransfer([local, files], { from: [join(near, 'data')], to: far })).failures).toEqual([])
    expect(text(join(far, 'big', 'a'))).toBe('new')
    put(join(near, 'plain'), 'new')
    const options = { from: [join(near, 'plain')], to: far, options: replace }
    fs.symlinkSync('big', join(far, 'plain'))
    expect((await runTransfer([local, files], options)).failures[0]).toContain('is a folder')
  })

  test('to the copied file itself keeps it, even when it is moved', async () => {
    const { far } = twoFolders()
    const files = await programFiles()
    fs.mkdirSync(join(far, 'sub'))
    put(join(far, 'a'), 'precious')
    fs.symlinkSync('../a', join(far, 'sub', 'a'))
    for (const move of [false, true]) {
      const options = { from: [join(far, 'a')], to: join(far, 'sub'), options: { ...replace, move } }
      const { failures } = await runTransfer([files, files], options)
      expect(failures[0]).toContain('is a symbolic link to the source file itself')
      expect(text(join(far, 'a'))).toBe('precious')
    }
  })

  test('that another side sent is replaced and never followed, by a later transfer too', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    put(join(near, 'precious'), 'precious')
    fs.mkdirSync(join(near, 'folder'))
    fs.mkdirSync(join(far, 'tree'))
    fs.mkdirSync(join(near, 'into'))
    fs.symlinkSync(join(near, 'precious'), join(far, 'tree', 'file'))
    fs.symlinkSync(join(near, 'folder'), join(far, 'tree', 'dir'))
    const brought = new Set<string>()
    const options = { from: [join(far, 'tree')], to: join(near, 'into'), options: replace, brought }
    expect((await runTransfer([files, local], options)).failures).toEqual([])
    for (const name of ['file', 'dir']) fs.unlinkSync(join(far, 'tree', name))
    put(join(far, 'tree', 'file'), 'bad')
    fs.mkdirSync(join(far, 'tree', 'dir'))
    put(join(far, 'tree', 'dir', 'key'), 'bad')
    const { failures } = await runTransfer([files, local], options)
    expect(failures.every(failure => failure.includes('dir on this computer is a symbolic link'))).toBe(true)
    expect(text(join(near, 'precious'))).toBe('precious')
    expect(fs.readdirSync(join(near, 'folder'))).toEqual([])
    expect(fs.lstatSync(join(near, 'into', 'tree', 'file')).isFile()).toBe(true)
  })
})
