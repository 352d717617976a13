import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { canBeAnother, plainUser, sftpServer } from '../../testing/sftp-program.ts'
import { leftIn, modeOf, programFiles, put, text, twoFolders } from '../../testing/two-folders.ts'
import { saveFile } from '../files/file-contents.ts'
import { LocalFiles } from '../files/local-files.ts'

const local = new LocalFiles()
const sizes = { small: 100, large: 300_000 }
const replace = { conflict: 'replace' }

describe.skipIf(lacks(sftpServer))('what is new on a host', () => {
  test('keeps the setgid bit of its folder, and has no permission that the server’s umask removes', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles({ args: ['-u', '0027'] })
    const shared = join(far, 'shared')
    fs.mkdirSync(shared)
    if (canBeAnother) fs.chownSync(shared, 0, 777)
    fs.chmodSync(shared, 0o2770)
    fs.mkdirSync(join(near, 'tree', 'deep'), { recursive: true })
    fs.mkdirSync(join(near, 'tree', 'closed'))
    for (const name of ['a', 'deep/b', 'closed/c']) put(join(near, 'tree', name), randomBytes(100), 0o666)
    put(join(near, 'tree', 'large'), randomBytes(sizes.large), 0o777)
    put(join(near, 'tree', 'readonly'), 'r', 0o444)
    put(join(near, 'tree', 'private'), 'p', 0o600)
    fs.chmodSync(join(near, 'tree'), 0o777)
    fs.chmodSync(join(near, 'tree', 'deep'), 0o700)
    fs.chmodSync(join(near, 'tree', 'closed'), 0o555)
    expect((await runTransfer([local, files], { from: [join(near, 'tree')], to: shared })).failures).toEqual([])
    const names = ['', 'deep', 'closed', 'a', 'deep/b', 'closed/c', 'large', 'readonly', 'private']
    const found = names.map(name => `${name} ${modeOf(join(shared, 'tree', name)).toString(8)}`)
    expect(found).toEqual([
      ' 2750',
      'deep 2700',
      'closed 2550',
      'a 640',
      'deep/b 640',
      'closed/c 640',
      'large 750',
      'readonly 440',
      'private 600',
    ])
    const { gid } = fs.statSync(shared)
    expect(names.map(name => fs.statSync(join(shared, 'tree', name)).gid)).toEqual(names.map(() => gid))
  })

  test.each([['fsetstat'], ['setstat,fsetstat'], ['setstat']])('has its mode where %s is refused', async refused => {
    const { near, far } = twoFolders()
    const files = await programFiles({ args: ['-P', refused, '-u', '0022'] })
    fs.mkdirSync(join(near, 'tree'), { mode: 0o755 })
    for (const [name, bytes] of Object.entries({ empty: 0, ...sizes, huge: 3_000_000 }))
      put(join(near, 'tree', name), randomBytes(bytes), 0o755)
    put(join(far, 'old'), 'old', 0o640)
    put(join(near, 'old'), 'new', 0o644)
    const from = [join(near, 'tree'), join(near, 'old')]
    expect((await runTransfer([local, files], { from, to: far, options: replace })).failures).toEqual([])
    const modes = ['', 'empty', 'small', 'large', 'huge'].map(name => modeOf(join(far, 'tree', name)))
    expect(modes).toEqual([0o755, 0o755, 0o755, 0o755, 0o755])
    expect([modeOf(join(far, 'old')), text(join(far, 'old'))]).toEqual([0o640, 'new'])
    await saveFile(files, join(far, 'old'), { data: Buffer.from('edited'), expected: null })
    expect([modeOf(join(far, 'old')), text(join(far, 'old'))]).toEqual([0o640, 'edited'])
    expect([...leftIn(far), ...leftIn(join(far, 'tree'))]).toEqual([])
  })
})

describe.skipIf(!canBeAnother || lacks(sftpServer, 'setpriv'))('a folder that can be entered and not listed', () => {
  test('accepts files and folders, and conflicts are asked about', async () => {
    const { near, far } = twoFolders()
    const files = await programFiles({ as: plainUser })
    const box = join(far, 'box')
    fs.mkdirSync(box)
    fs.chmodSync(box, 0o1733)
    fs.mkdirSync(join(near, 'tree'))
    for (const name of ['a', 'b', 'tree/c']) put(join(near, name), 'new')
    put(join(box, 'b'), 'old', 0o666)
    const asked: string[] = []
    const { failures } = await runTransfer([local, files], {
      from: ['a', 'b', 'tree'].map(name => join(near, name)),
      to: box,
      ask: ({ to }) => (asked.push(to), Promise.resolve({ choice: 'keep-both' as const, all: false })),
    })
    expect([failures, asked]).toEqual([[], [join(box, 'b')]])
    expect(fs.readdirSync(box).sort()).toEqual(['a', 'b', 'b (2)', 'tree'])
    expect([text(join(box, 'b')), text(join(box, 'b (2)')), text(join(box, 'tree', 'c'))]).toEqual([
      'old',
      'new',
      'new',
    ])
  })
})
