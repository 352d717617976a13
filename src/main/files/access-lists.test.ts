import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { fileRig, type FileRig } from '../../testing/file-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { modeOf, put, text, twoFolders } from '../../testing/two-folders.ts'
import { saveFile } from './file-contents.ts'
import { LocalFiles } from './local-files.ts'

const local = new LocalFiles()
const options = { conflict: 'replace' } as const

const setList = (path: string, ...args: readonly string[]) => execFileSync('setfacl', [...args, path])
const listOf = (path: string) => execFileSync('getfacl', ['-cpnE', path], { encoding: 'utf8' }).trim().split('\n')

/** False where the disk of the tests keeps no access lists. */
function takesLists(): boolean {
  if (lacks('setfacl', 'getfacl')) return false
  try {
    setList(tempDir(), '-m', 'u:12345:rx')
    return true
  } catch {
    return false
  }
}

describe.skipIf(!hasOpenSsh || !takesLists())('a file with an access list that is replaced on a host', () => {
  let rig: FileRig
  beforeAll(async () => {
    rig = await fileRig(tempDir())
  })
  afterAll(() => rig.stop())

  // The mode shows the mask in the place of the group's rights: as a mode it would let the group in.
  const list = ['user::rw-', 'user:12345:rw-', 'group::---', 'mask::rw-', 'other::---']
  const standing = (path: string) => {
    put(path, 'old', 0o600)
    setList(path, '-m', 'u:12345:rw,g::-,m::rw')
    expect(listOf(path)).toEqual(list)
  }

  it.each([
    ['small', 10],
    ['large', 300_000],
  ])('keeps the list when a %s copy comes in its place, and its group gets nothing', async (_size, bytes) => {
    const { near, far } = twoFolders()
    put(join(near, "it's one"), 'n'.repeat(bytes), 0o644)
    standing(join(far, "it's one"))
    put(join(near, 'plain'), 'new')
    put(join(far, 'plain'), 'old', 0o640)
    const from = ["it's one", 'plain'].map(name => join(near, name))
    expect((await runTransfer([local, rig.remote], { from, to: far, options })).failures).toEqual([])
    expect(text(join(far, "it's one"))).toHaveLength(bytes)
    expect(listOf(join(far, "it's one"))).toEqual(list)
    expect([text(join(far, 'plain')), modeOf(join(far, 'plain'))]).toEqual(['new', 0o640])
    expect(listOf(join(far, 'plain'))).toHaveLength(3)
  })

  it('keeps the list when it is saved from an editor', async () => {
    const { far } = twoFolders()
    standing(join(far, 'notes'))
    await saveFile(rig.remote, join(far, 'notes'), { data: Buffer.from('edited'), expected: null })
    expect([text(join(far, 'notes')), ...listOf(join(far, 'notes'))]).toEqual(['edited', ...list])
  })

  it('gets none of its folder’s default list, which is for new files', async () => {
    const { near, far } = twoFolders()
    put(join(near, 'closed'), 'new')
    put(join(far, 'closed'), 'old', 0o660)
    setList(far, '-d', '-m', 'u:12345:rwx')
    expect(
      (await runTransfer([local, rig.remote], { from: [join(near, 'closed')], to: far, options })).failures,
    ).toEqual([])
    expect([text(join(far, 'closed')), ...listOf(join(far, 'closed'))]).toEqual([
      'new',
      'user::rw-',
      'group::rw-',
      'other::---',
    ])
    expect(fs.readdirSync(far)).toEqual(['closed'])
  })
})
