import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { fileRig } from '../../testing/file-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { SftpFiles } from '../files/sftp-files.ts'
import { LocalFiles } from '../files/local-files.ts'
import { canPack, pack, type PackedFile } from './pack.ts'

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

/** The same files on a server that lets few be open at once. */
function fewFiles(files: SftpFiles): FileSystem {
  return Object.create(files, {
    pace: { value: { ...files.pace, files: 32 } },
    commands: { value: files.commands },
  }) as FileSystem
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
})
