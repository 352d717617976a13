import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { FileSystem } from '../files/file-system.ts'
import { LocalFiles } from '../files/local-files.ts'
import { PathLocks } from './path-locks.ts'

const local = new LocalFiles()

/** The same disk as seen by another machine. */
function other(change: Partial<FileSystem> = {}): FileSystem {
  const files: FileSystem = Object.create(local) as FileSystem
  for (const [name, value] of Object.entries({ key: 'far', ...change })) Object.defineProperty(files, name, { value })
  // Private fields belong to the real object.
  return new Proxy(files, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' && !Object.hasOwn(target, name) ? value.bind(local) : value
    },
  })
}

function folders(): { near: string; far: string } {
  const folder = tempDir()
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) mkdirSync(path)
  return { near, far }
}

describe('a transfer', () => {
  test('of two to one place at once never mixes them', async () => {
    const { near, far } = folders()
    const [a, b] = [randomBytes(6_000_000), randomBytes(6_000_000)]
    for (const [name, data] of [
      ['a', a],
      ['b', b],
    ] as const) {
      mkdirSync(join(near, name))
      writeFileSync(join(near, name, 'same'), data)
    }
    const locks = new PathLocks()
    const options = { conflict: 'replace' }
    const both = ['a', 'b'].map(name =>
      runTransfer([local, other()], { from: [join(near, name, 'same')], to: far, locks, options }),
    )
    await Promise.allSettled(both)
    const found = readFileSync(join(far, 'same'))
    expect(found.equals(a) || found.equals(b)).toBe(true)
    expect(readdirSync(far)).toEqual(['same'])
  })

  test('of a folder into the folder it lies in makes a second one, and never fills the first', async () => {
    const { near } = folders()
    mkdirSync(join(near, 'data'))
    writeFileSync(join(near, 'data', 'x'), 'x')
    writeFileSync(join(near, 'one.tar.gz'), 'y')
    const { failures } = await runTransfer([local, local], {
      from: [join(near, 'data'), join(near, 'one.tar.gz')],
      to: near,
    })
    expect(failures).toEqual([])
    expect(readdirSync(near).sort()).toEqual(['data', 'data (2)', 'one (2).tar.gz', 'one.tar.gz'])
    expect(readdirSync(join(near, 'data'))).toEqual(['x'])
  })

  test('that moves a file onto itself through a link is refused, and nothing is lost', async () => {
    const { near, far } = folders()
    writeFileSync(join(near, 'only'), 'copy')
    symlinkSync(near, join(far, 'alias'))
    const moved = runTransfer([local, other()], {
      from: [join(near, 'only')],
      to: join(far, 'alias'),
      options: { move: true, conflict: 'replace' },
    })
    await expect(moved).rejects.toMatchObject({ code: 'invalid-input' })
    expect(readFileSync(join(near, 'only'), 'utf8')).toBe('copy')
  })

  test('that follows links copies their targets, and a move leaves the targets in place', async () => {
    const { near, far } = folders()
    mkdirSync(join(near, 'shared'))
    writeFileSync(join(near, 'shared', 'small'), 'small')
    mkdirSync(join(near, 'mine'))
    symlinkSync('../shared', join(near, 'mine', 'folder'))
    symlinkSync('../shared/small', join(near, 'mine', 'file'))
    const { failures } = await runTransfer([local, other()], {
      from: [join(near, 'mine')],
      to: far,
      options: { links: 'follow', move: true },
    })
    expect(failures).toEqual([])
    expect(readFileSync(join(far, 'mine', 'folder', 'small'), 'utf8')).toBe('small')
    expect(readFileSync(join(far, 'mine', 'file'), 'utf8')).toBe('small')
    expect(readFileSync(join(near, 'shared', 'small'), 'utf8')).toBe('small')
  })

  test('never enters a link below its target, which an earlier copy may have planted', async () => {
    const { near, far } = folders()
    mkdirSync(join(near, 'proj', 'x'), { recursive: true })
    writeFileSync(join(near, 'proj', 'x', 'rc'), 'evil')
    mkdirSync(join(far, 'proj'))
    mkdirSync(join(far, 'secret'))
    symlinkSync('../secret', join(far, 'proj', 'x'))
    const { failures } = await runTransfer([other(), local], { from: [join(near, 'proj')], to: far })
    expect(failures.length).toBeGreaterThan(0)
    expect(readdirSync(join(far, 'secret'))).toEqual([])
    expect(readlinkSync(join(far, 'proj', 'x'))).toBe('../secret')
  })

  test('that resumes a shorter file keeps its first part, and copies a wrong first part again', async () => {
    const { near, far } = folders()
    const data = randomBytes(3_000_000)
    const wrong = Buffer.concat([data.subarray(0, 900_000), randomBytes(100_000)])
    for (const [name, start] of [
      ['right', data.subarray(0, 1_000_000)],
      ['wrong', wrong],
    ] as const) {
      writeFileSync(join(near, name), data)
      writeFileSync(join(far, name), start)
    }
    const { failures } = await runTransfer([local, other()], {
      from: [join(near, 'right'), join(near, 'wrong')],
      to: far,
      options: { conflict: 'resume' },
    })
    expect(failures).toEqual([])
    for (const name of ['right', 'wrong']) expect(readFileSync(join(far, name)).equals(data)).toBe(true)
    expect(readdirSync(far).sort()).toEqual(['right', 'wrong'])
  })

  test('gives its folders their mode and time, including those of an interrupted run', async () => {
    const { near, far } = folders()
    mkdirSync(join(near, 'site'), { mode: 0o755 })
    writeFileSync(join(near, 'site', 'index.html'), 'hi')
    utimesSync(join(near, 'site'), 1_600_000_000, 1_600_000_000)
    const made = new Set<string>()
    const abort = new AbortController()
    const broken = runTransfer([local, other()], {
      from: [join(near, 'site')],
      to: far,
      made,
      signal: abort.signal,
      pass: () => (abort.abort(), undefined),
    })
    await expect(broken).rejects.toMatchObject({ code: 'cancelled' })
    expect(made.size).toBe(1)
    await runTransfer([local, other()], { from: [join(near, 'site')], to: far, made, again: true })
    expect(statSync(join(far, 'site')).mode & 0o777).toBe(0o755)
    expect(statSync(join(far, 'site')).mtimeMs).toBe(1_600_000_000_000)
  })

  test('that keeps both does so once, however often it is restarted', async () => {
    const { near, far } = folders()
    writeFileSync(join(near, 'a.txt'), 'new')
    writeFileSync(join(far, 'a.txt'), 'old')
    const names = new Map<string, string>()
    for (const again of [false, true, true])
      await runTransfer([local, other()], {
        from: [join(near, 'a.txt')],
        to: far,
        names,
        again,
        options: { conflict: 'keep-both' },
      })
    expect(readdirSync(far).sort()).toEqual(['a (2).txt', 'a.txt'])
  })

  test('that moves keeps a source that was changed after it was copied', async () => {
    const { near, far } = folders()
    writeFileSync(join(near, 'log'), 'one')
    const target = other({
      rename: async (from, to) => {
        renameSync(from, to)
        writeFileSync(join(near, 'log'), 'one and two')
      },
    })
    const { failures } = await runTransfer([local, target], {
      from: [join(near, 'log')],
      to: far,
      options: { move: true },
    })
    expect(failures).toEqual([expect.stringContaining('changed after it was copied')])
    expect(readFileSync(join(near, 'log'), 'utf8')).toBe('one and two')
  })
})

test('a rename never replaces another file', async () => {
  const { near } = folders()
  for (const name of ['a.txt', 'A.txt']) writeFileSync(join(near, name), name)
  await expect(local.rename(join(near, 'a.txt'), join(near, 'A.txt'))).rejects.toMatchObject({ code: 'exists' })
  expect(existsSync(join(near, 'a.txt'))).toBe(true)
})
