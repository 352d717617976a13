import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { asyncsshModule, startAsyncssh } from '../../testing/asyncssh.ts'
import { dialRig, trusting } from '../../testing/dial.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { SftpSession } from '../sftp/sftp-session.ts'
import { typedByUser } from './command-line.ts'
import { runCommand } from './run-command.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const signal = new AbortController().signal

async function connect(options: { rekeySeconds?: number } = {}) {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const server = await startAsyncssh(join(folder, 'asyncssh'), options)
  const rig = dialRig(folder, trusting())
  ends.push(
    () => rig.stop(),
    () => server.stop(),
  )
  const connection = await rig.dial({ port: server.port, user: server.user, signIn: 'key', keyFile: server.id })
  return { connection, folder }
}

describe.skipIf(lacks(asyncsshModule))('with a real asyncssh server', () => {
  it('gets the exit code of every command, and keeps the connection', { timeout: 60_000 }, async () => {
    const { connection } = await connect()
    for (let n = 0; n < 75; n++) {
      const { code, output } = await runCommand(connection, typedByUser(`cat; echo out; exit ${n}`), {
        signal,
        input: Buffer.from('in '),
      })
      expect([code, output.toString()]).toEqual([n, 'in out\n'])
    }
    await expect.poll(() => connection.sessions).toBe(0)
    expect(connection.isClosed).toBe(false)
  })

  it('keeps working through its rekeys', { timeout: 60_000 }, async () => {
    const { connection, folder } = await connect({ rekeySeconds: 1 })
    writeFileSync(join(folder, 'file'), 'text')
    const { channel } = await connection.subsystem('sftp', signal)
    const session = await SftpSession.open(channel, { where: 'box', owned: { dispose: () => {} }, signal })
    const until = performance.now() + 4_500
    while (performance.now() < until) {
      expect(await session.stat(join(folder, 'file'))).toMatchObject({ size: 4 })
      expect(await runCommand(connection, typedByUser('sleep 0.2; exit 3'), { signal })).toMatchObject({ code: 3 })
    }
    session.dispose()
    await expect.poll(() => connection.sessions).toBe(0)
    expect(connection.isClosed).toBe(false)
  })
})
