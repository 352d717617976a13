import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { open as openProxy, type Link } from '../../../scripts/tcp-proxy.mjs'
import { remoteRig, type FileRig, type RemoteRig } from '../../testing/file-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { runs } from '../../testing/runs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { LocalFiles } from '../files/local-files.ts'
import type { PartRecord } from './part-file.ts'

const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
/** Only root can create a small disk. */
const canMount = (() => {
  try {
    const at = mkdtempSync(join(tmpdir(), 'hawser-mount-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'ignore' })
    execFileSync('umount', [at])
    rmdirSync(at)
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasOpenSsh)('a transfer under faults', () => {
  let link: Link
  const rig = async (lines?: readonly string[]) => {
    const folder = tempDir()
    for (const name of ['near', 'far']) mkdirSync(join(folder, name))
    const remote: RemoteRig = await remoteRig(folder, {
      ...(lines ? { lines } : {}),
      port: async real => {
        link = await openProxy(real)
        return link.port
      },
    })
    onTestFinished(async () => {
      remote.stop()
      await link.close()
    })
    return { remote, local: new LocalFiles(), near: join(folder, 'near'), far: join(folder, 'far') }
  }

  test.each(['up', 'down'])(
    'that is cut at any place on its way %s is the same in the end',
    async way => {
      const { remote, local, near, far } = await rig()
      const [source, target] = way === 'up' ? [near, far] : [far, near]
      const size = 6_000_000
      const cuts = runs(25, 6)
      let resumed = 0
      for (let turn = 0; turn < cuts; turn++) {
        const name = `file ${turn}`
        writeFileSync(join(source, name), randomBytes(size))
        const parts = new Map<string, PartRecord>()
        // Each at another offset of the file, so that some cuts hit its start, middle and end.
        const cutAt = Math.floor(((turn + Math.random()) / cuts) * size)
        let [passed, cut] = [0, false]
        const pass = (bytes: number) => {
          passed += bytes
          if (!cut && passed > cutAt) {
            cut = true
            link.reset()
          }
          return undefined
        }
        const once = (files: FileRig['remote'], again: boolean) =>
          runTransfer(way === 'up' ? [local, files] : [files, local], {
            from: [join(source, name)],
            to: target,
            parts,
            pass,
            again,
          })
        const first = await once(await remote.connect(), false).then(
          () => null,
          (error: unknown) => error,
        )
        if (first) expect(first).toMatchObject({ name: 'AppError' })
        if (first) expect(existsSync(join(target, name))).toBe(false)
        const whole = parts.get(join(target, name))?.whole ?? 0
        if (first) {
          const { meter } = await once(await remote.connect(), true)
          expect(meter.bytes).toBe(size)
          if (whole > 0) resumed++
        }
        expect(sha(join(target, name))).toBe(sha(join(source, name)))
      }
      expect(readdirSync(target).filter(name => name.endsWith('.hawser-part'))).toEqual([])
      expect(resumed).toBeGreaterThan(cuts / 5)
    },
    300_000,
  )

  test('whose source shrinks, grows or disappears during the copy never reports success', async () => {
    const { remote, local, near, far } = await rig()
    const files = await remote.connect()
    const spoil = async (change: (path: string) => void) => {
      const path = join(near, 'moving')
      writeFileSync(path, randomBytes(8_000_000))
      let done = 0
      const pass = (bytes: number) => {
        done += bytes
        // Changes again on every attempt.
        if (done % 8_000_000 > 3_000_000) change(path)
        return undefined
      }
      return runTransfer([local, files], { from: [path], to: far, pass }).then(
        ({ failures }) => failures,
        (error: Error) => [error.message],
      )
    }
    expect(await spoil(path => truncateSync(path, Math.max(0, statSync(path).size - 100)))).toEqual([
      expect.stringContaining('changed while it was being copied'),
    ])
    expect(existsSync(join(far, 'moving'))).toBe(false)
    expect(await spoil(path => appendFileSync(path, 'more'))).toEqual([
      expect.stringContaining('changed while it was being copied'),
    ])
    expect(existsSync(join(far, 'moving'))).toBe(false)
  })

  test('with names of every kind works both ways, and is deleted', async () => {
    const { remote, local, near, far } = await rig()
    const files = await remote.connect()
    const names = [
      'new\nline',
      'tab\tname',
      '\u001b[31mred',
      '😀',
      'e\u0301',
      '\u00e9',
      '"quo\'ted',
      '$(id)',
      '-rf',
      'x'.repeat(255),
      '...',
      ' ',
      'back\\slash',
    ]
    mkdirSync(join(near, 'odd'))
    for (const name of names) writeFileSync(join(near, 'odd', name), name)
    writeFileSync(Buffer.concat([Buffer.from(join(near, 'odd/')), Buffer.from([0x61, 0xff, 0xfe])]), 'raw')
    const up = await runTransfer([local, files], { from: [join(near, 'odd')], to: far })
    expect(up.failures).toEqual([])
    const back = join(near, 'back')
    mkdirSync(back)
    const down = await runTransfer([files, local], { from: [join(far, 'odd')], to: back })
    expect(down.failures).toEqual([])
    const listed = readdirSync(join(back, 'odd'), { encoding: 'buffer' })
      .map(name => name.toString('latin1'))
      .sort()
    expect(listed).toEqual(
      readdirSync(join(near, 'odd'), { encoding: 'buffer' })
        .map(name => name.toString('latin1'))
        .sort(),
    )
    for (const name of names) expect(readFileSync(join(back, 'odd', name), 'utf8')).toBe(name)
    const entries: string[] = []
    await files.list(join(far, 'odd'), {
      signal: new AbortController().signal,
      onEntries: found => entries.push(...found.map(({ name }) => name)),
    })
    for (const name of new Set(entries)) {
      await files.rename(join(far, 'odd', name), join(far, 'odd', 'renamed'))
      await files.removeFile(join(far, 'odd', 'renamed'))
    }
    expect(readdirSync(join(far, 'odd'))).toEqual([])
  })

  test('into a folder that isn’t writable reports why, and copies the rest', async () => {
    const { remote, local, near } = await rig()
    const files = await remote.connect()
    writeFileSync(join(near, 'a'), 'a')
    const { failures } = await runTransfer([local, files], { from: [join(near, 'a')], to: '/proc' })
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatch(/a(\.hawser-part)? /)
  })

  test('with a name that is too long for the disk reports it', async () => {
    const { remote, far } = await rig()
    const files = await remote.connect()
    await expect(files.makeFolder(join(far, 'é'.repeat(200)))).rejects.toMatchObject({ code: 'name-refused' })
    await expect(files.makeFolder(far)).rejects.toMatchObject({ code: 'exists' })
    await expect(files.removeFolder(join(far, '..'))).rejects.toMatchObject({ code: 'not-empty' })
    await expect(files.open(join(far, 'none'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(files.rename(join(far, 'none'), join(far, 'other'))).rejects.toMatchObject({ code: 'not-found' })
  })

  test.each([
    ['one session for a connection', ['Subsystem sftp internal-sftp -u 002', 'MaxSessions 1'], 0o664],
    ['a key that changes with every megabyte', ['Subsystem sftp internal-sftp -u 002', 'RekeyLimit 1M'], 0o664],
    ['a strict umask', ['Subsystem sftp internal-sftp -u 077'], 0o600],
    ['files and no commands', ['Subsystem sftp internal-sftp', 'ForceCommand internal-sftp -u 002'], 0o664],
  ])('works both ways on a server with %s', async (_what, lines, mode) => {
    const { remote, local, near, far } = await rig(lines)
    const files = await remote.connect()
    mkdirSync(join(near, 'tree', 'deep', 'deeper'), { recursive: true })
    for (let index = 0; index < 120; index++) writeFileSync(join(near, 'tree', 'deep', `f${index}`), randomBytes(2_000))
    chmodSync(join(near, 'tree', 'deep', 'f7'), 0o664)
    writeFileSync(join(near, 'tree', 'big'), randomBytes(9_000_000))
    expect((await runTransfer([local, files], { from: [join(near, 'tree')], to: far })).failures).toEqual([])
    const back = join(near, 'back')
    mkdirSync(back)
    expect((await runTransfer([files, local], { from: [join(far, 'tree')], to: back })).failures).toEqual([])
    expect(sha(join(back, 'tree', 'big'))).toBe(sha(join(near, 'tree', 'big')))
    expect(statSync(join(far, 'tree', 'deep', 'f7')).mode & 0o777).toBe(mode)
    expect(existsSync(join(back, 'tree', 'deep', 'deeper'))).toBe(true)
  })

  test('moves a tree, leaves skipped items in place, and keeps links', async () => {
    const { remote, local, near, far } = await rig()
    const files = await remote.connect()
    mkdirSync(join(near, 'tree'))
    const { symlinkSync, readlinkSync } = await import('node:fs')
    writeFileSync(join(near, 'tree', 'a'), 'a')
    writeFileSync(join(near, 'tree', 'b'), 'b')
    symlinkSync('a', join(near, 'tree', 'link'))
    symlinkSync('/nowhere', join(near, 'tree', 'broken'))
    mkdirSync(join(far, 'tree'))
    writeFileSync(join(far, 'tree', 'b'), 'theirs')
    const { failures } = await runTransfer([local, files], {
      from: [join(near, 'tree')],
      to: far,
      options: { move: true },
      ask: () => Promise.resolve({ choice: 'skip', all: true }),
    })
    expect(failures).toEqual([])
    expect(readFileSync(join(far, 'tree', 'b'), 'utf8')).toBe('theirs')
    expect(readdirSync(join(near, 'tree'))).toContain('b')
    expect(existsSync(join(near, 'tree', 'a'))).toBe(false)
    expect([readlinkSync(join(far, 'tree', 'link')), readlinkSync(join(far, 'tree', 'broken'))]).toEqual([
      'a',
      '/nowhere',
    ])
  })

  test('of a folder into itself is refused', async () => {
    const { local, near } = await rig()
    mkdirSync(join(near, 'a', 'b'), { recursive: true })
    await expect(
      runTransfer([local, local], { from: [join(near, 'a')], to: join(near, 'a', 'b') }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })

  test.skipIf(!canMount)('onto a full disk reports it, ends, and leaves no wrong file', async () => {
    const { remote, local, near, far } = await rig()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', far])
    onTestFinished(() => void execFileSync('umount', ['-l', far]))
    const files = await remote.connect()
    writeFileSync(join(near, 'big'), randomBytes(9_000_000))
    const up = runTransfer([local, files], { from: [join(near, 'big')], to: far })
    await expect(up).rejects.toMatchObject({ code: 'no-space', message: expect.stringContaining('full') })
    expect(existsSync(join(far, 'big'))).toBe(false)
    // The other direction: the local disk is full.
    mkdirSync(join(near, 'source'))
    writeFileSync(join(near, 'source', 'big'), randomBytes(9_000_000))
    const down = runTransfer([files, local], { from: [join(near, 'source', 'big')], to: far })
    await expect(down).rejects.toMatchObject({ code: 'no-space' })
    expect(existsSync(join(far, 'big'))).toBe(false)
  })
})
