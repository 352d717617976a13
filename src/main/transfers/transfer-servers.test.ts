import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { userInfo } from 'node:os'

import { describe, expect, onTestFinished, test } from 'vitest'

import { remoteRig } from '../../testing/file-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { LocalFiles } from '../files/local-files.ts'

const local = new LocalFiles()
const isRoot = userInfo().uid === 0

async function serverIn(folder: string, lines?: readonly string[]) {
  mkdirSync(folder, { recursive: true })
  const rig = await remoteRig(folder, lines ? { lines } : {})
  onTestFinished(() => rig.stop())
  return rig.connect()
}

describe.skipIf(!hasOpenSsh)('a transfer', () => {
  test('from one host to another goes through this computer, and arrives complete', async () => {
    const folder = tempDir()
    const [first, second] = [await serverIn(join(folder, 'a')), await serverIn(join(folder, 'b'))]
    mkdirSync(join(folder, 'source', 'deep'), { recursive: true })
    mkdirSync(join(folder, 'target'))
    const big = randomBytes(20_000_000)
    writeFileSync(join(folder, 'source', 'big'), big)
    for (let index = 0; index < 300; index++)
      writeFileSync(join(folder, 'source', 'deep', `f${index}`), `file ${index}`)
    const { failures } = await runTransfer([first, second], {
      from: [join(folder, 'source')],
      to: join(folder, 'target'),
    })
    expect(failures).toEqual([])
    expect(readFileSync(join(folder, 'target', 'source', 'big')).equals(big)).toBe(true)
    expect(await readdir(join(folder, 'target', 'source', 'deep'))).toHaveLength(300)
    expect(readFileSync(join(folder, 'target', 'source', 'deep', 'f299'), 'utf8')).toBe('file 299')
  })

  test('to a read-only server reports it; from it, everything arrives', async () => {
    const folder = tempDir()
    const files = await serverIn(join(folder, 'a'), ['Subsystem sftp internal-sftp -R'])
    for (const name of ['near', 'far', 'back']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'near', 'big'), randomBytes(3_000_000))
    writeFileSync(join(folder, 'far', 'there'), 'there')
    const up = await runTransfer([local, files], { from: [join(folder, 'near', 'big')], to: join(folder, 'far') })
    expect(up.failures).toHaveLength(1)
    expect(up.failures[0]).toMatch(/Permission denied for big /)
    expect(await readdir(join(folder, 'far'))).toEqual(['there'])
    const down = await runTransfer([files, local], { from: [join(folder, 'far', 'there')], to: join(folder, 'back') })
    expect(down.failures).toEqual([])
    expect(readFileSync(join(folder, 'back', 'there'), 'utf8')).toBe('there')
  })

  // sshd requires every parent folder to belong to root, which temporary folders don't.
  test.skipIf(!isRoot)('works both ways on a server that shows one folder as its whole disk', async () => {
    const jail = mkdtempSync('/var/lib/hawser-jail-')
    onTestFinished(() => rmSync(jail, { recursive: true, force: true }))
    mkdirSync(join(jail, 'data'))
    const folder = tempDir()
    const files = await serverIn(join(folder, 'a'), [
      'Subsystem sftp internal-sftp',
      `ChrootDirectory ${jail}`,
      'ForceCommand internal-sftp',
    ])
    expect(await files.home()).toBe('/')
    mkdirSync(join(folder, 'near', 'tree'), { recursive: true })
    mkdirSync(join(folder, 'back'))
    for (let index = 0; index < 50; index++) writeFileSync(join(folder, 'near', 'tree', `f${index}`), `file ${index}`)
    const up = await runTransfer([local, files], { from: [join(folder, 'near', 'tree')], to: '/data' })
    const down = await runTransfer([files, local], { from: ['/data/tree'], to: join(folder, 'back') })
    expect([up.failures, down.failures]).toEqual([[], []])
    expect(await readdir(join(jail, 'data', 'tree'))).toHaveLength(50)
    expect(readFileSync(join(folder, 'back', 'tree', 'f49'), 'utf8')).toBe('file 49')
  })
})
