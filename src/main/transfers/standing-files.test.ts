import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { openDiskSftp } from '../../testing/disk-sftp.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { canBeAnother, plainUser, sftpServer } from '../../testing/sftp-program.ts'
import { leftIn, modeOf, programFiles, put, text, twoFolders, withoutModes } from '../../testing/two-folders.ts'
import { LocalFiles } from '../files/local-files.ts'
import { SmallFiles } from '../files/small-files.ts'

const local = new LocalFiles()
const sizes = { small: 100, large: 300_000 }
const replace = { conflict: 'replace' }

describe.skipIf(lacks(sftpServer, 'setpriv'))('a file that is replaced', () => {
  test.each(Object.entries(sizes))('keeps its mode on the host (%s)', async (_size, bytes) => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    for (const [name, here, there] of [
      ['secret.env', 0o644, 0o600],
      ['run.sh', 0o644, 0o755],
      ['shared', 0o600, 0o664],
    ] as const) {
      put(join(near, name), randomBytes(bytes), here)
      put(join(far, name), 'old', there)
      const { failures } = await runTransfer([local, files], { from: [join(near, name)], to: far, options: replace })
      expect(failures).toEqual([])
      expect(fs.readFileSync(join(far, name)).equals(fs.readFileSync(join(near, name)))).toBe(true)
      expect([name, modeOf(join(far, name)).toString(8)]).toEqual([name, there.toString(8)])
    }
    expect(leftIn(far)).toEqual([])
  })

  test.each(['plain', 'by workers'])('keeps its mode on this computer (%s)', async how => {
    const { near, far } = twoFolders()
    const whole = how === 'plain' ? null : new SmallFiles(new URL('../files/small-files-worker.mjs', import.meta.url))
    onTestFinished(() => whole?.dispose())
    const files = await programFiles()
    for (const [name, bytes] of Object.entries(sizes)) {
      put(join(far, name), randomBytes(bytes), 0o644)
      put(join(near, name), 'old', 0o600)
    }
    const from = Object.keys(sizes).map(name => join(far, name))
    const { failures } = await runTransfer([files, new LocalFiles(whole)], { from, to: near, options: replace })
    expect(failures).toEqual([])
    expect(Object.keys(sizes).map(name => modeOf(join(near, name)))).toEqual([0o600, 0o600])
    expect(fs.statSync(join(near, 'large')).size).toBe(sizes.large)
  })

  test.skipIf(!canBeAnother)('keeps its owner and group where root replaces it', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles()
    for (const [name, bytes] of Object.entries(sizes)) {
      put(join(near, name), randomBytes(bytes))
      put(join(far, name), 'old', 0o640)
      fs.chownSync(join(far, name), plainUser.uid, 777)
    }
    const from = Object.keys(sizes).map(name => join(near, name))
    expect((await runTransfer([local, files], { from, to: far, options: replace })).failures).toEqual([])
    for (const name of Object.keys(sizes)) {
      const { uid, gid } = fs.statSync(join(far, name))
      expect([uid, gid, modeOf(join(far, name))]).toEqual([plainUser.uid, 777, 0o640])
    }
  })

  test.skipIf(!canBeAnother).each([
    ['a group that the user is in', 777, 0o640],
    ['a group that the user is not in, without giving its rights to another', 888, 0o600],
  ])('keeps %s', async (_what, gid, mode) => {
    const { near, far } = twoFolders()
    fs.chownSync(far, plainUser.uid, plainUser.gid)
    const files = await programFiles({ as: { ...plainUser, groups: [777] } })
    for (const [name, bytes] of Object.entries(sizes)) {
      put(join(near, name), randomBytes(bytes))
      put(join(far, name), 'old', 0o640)
      fs.chownSync(join(far, name), plainUser.uid, gid)
    }
    const from = Object.keys(sizes).map(name => join(near, name))
    expect((await runTransfer([local, files], { from, to: far, options: replace })).failures).toEqual([])
    for (const name of Object.keys(sizes)) {
      expect([name, modeOf(join(far, name))]).toEqual([name, mode])
      expect(fs.statSync(join(far, name)).gid).toBe(mode === 0o640 ? gid : plainUser.gid)
    }
  })

  test('by a side without modes keeps its own; a new one gets the host’s default', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles({ args: ['-u', '0027'] })
    fs.mkdirSync(join(near, 'tree'))
    for (const name of ['run.sh', 'new', 'tree/deep']) put(join(near, name), 'data', 0o600)
    put(join(far, 'run.sh'), 'old', 0o755)
    const from = ['run.sh', 'new', 'tree'].map(name => join(near, name))
    const { failures } = await runTransfer([withoutModes(local), files], { from, to: far, options: replace })
    expect(failures).toEqual([])
    const modes = ['run.sh', 'new', 'tree', 'tree/deep'].map(name => modeOf(join(far, name)).toString(8))
    expect(modes).toEqual(['755', '640', '750', '640'])
  })

  test('on a server whose listings have no attributes keeps its mode', async () => {
    const { near, far } = twoFolders()
    const { files } = await openDiskSftp(far)
    onTestFinished(() => files.dispose())
    put(join(near, 'a'), 'new', 0o644)
    put(join(far, 'a'), 'old', 0o600)
    await runTransfer([local, withoutModes(files, 'listed')], { from: [join(near, 'a')], to: far, options: replace })
    expect([text(join(far, 'a')), modeOf(join(far, 'a'))]).toEqual(['new', 0o600])
  })
})
