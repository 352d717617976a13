import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { completeHop, dialRig, trusting } from '../../testing/dial.ts'
import { freePort } from '../../testing/open-ssh.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import { LocalFiles } from '../files/local-files.ts'
import { openRemoteFiles } from '../files/remote-files.ts'

// dropbear looks for keys in the user's home, and its shell reads what is there: a private mount hides the real one.
const canRun = userInfo().uid === 0 && !lacks('dropbear', 'dropbearkey', 'unshare', 'mount')

/** Opens the files of a dropbear in its own mount namespace; `mounts` is a script for further mounts. */
async function openFiles(folder: string, mounts = ':') {
  const at = (...names: string[]) => join(folder, ...names)
  mkdirSync(at('home', '.ssh'), { recursive: true, mode: 0o700 })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('id')])
  writeFileSync(at('home', '.ssh', 'authorized_keys'), readFileSync(at('id.pub')), { mode: 0o600 })
  execFileSync('dropbearkey', ['-t', 'ed25519', '-f', at('host')], { stdio: 'ignore' })
  const port = await freePort()
  const script = `mount --bind "${at('home')}" "${homedir()}" && ${mounts} && exec dropbear -F -E -s -r "${at('host')}" -p 127.0.0.1:${port} -P "${at('pid')}"`
  const server = spawn('unshare', ['-m', 'sh', '-c', script], { stdio: 'ignore' })
  const rig = dialRig(folder, trusting())
  onTestFinished(() => {
    rig.stop()
    server.kill()
  })
  const hop = completeHop({ port, user: userInfo().username, signIn: 'key', keyFile: at('id') }, 0)
  const signal = new AbortController().signal
  const lease = async (key: string, quiet: boolean) => {
    for (let tries = 0; ; tries++) {
      try {
        return await rig.pool.lease([{ ...hop, key }], { onStep: () => {}, signal, quiet })
      } catch (error) {
        if (tries === 50) throw error
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    }
  }
  return openRemoteFiles({
    key: 'dropbear',
    lease: await lease('control', false),
    leaseMore: index => lease(`data ${index}`, true),
    leaseAlone: () => lease('files', false),
    askSudo: null,
    signal,
  })
}

test.skipIf(!canRun)('a tree and a large file go both ways with dropbear and another sftp-server', async () => {
  const folder = tempDir()
  const at = (...names: string[]) => join(folder, ...names)
  for (const name of ['near', 'far']) mkdirSync(at(name))
  const remote = await openFiles(folder)
  onTestFinished(() => remote.dispose())
  const local = new LocalFiles()
  mkdirSync(at('near', 'tree', 'sub'), { recursive: true })
  for (let index = 0; index < 200; index++) writeFileSync(at('near', 'tree', 'sub', `f${index}`), randomBytes(1_500))
  writeFileSync(at('near', 'tree', 'big'), randomBytes(12_000_000))
  expect((await runTransfer([local, remote], { from: [at('near', 'tree')], to: at('far') })).failures).toEqual([])
  mkdirSync(at('near', 'back'))
  const back = await runTransfer([remote, local], { from: [at('far', 'tree')], to: at('near', 'back') })
  expect(back.failures).toEqual([])
  expect(readFileSync(at('near', 'back', 'tree', 'big')).equals(readFileSync(at('near', 'tree', 'big')))).toBe(true)
  expect(statSync(at('near', 'back', 'tree', 'sub', 'f7')).size).toBe(1_500)
})

test.skipIf(!canRun)('dropbear without an sftp-server reports that', async () => {
  // Mounting over the folders of sftp-server hides it from this server only.
  const hide = 'for each in /usr/lib/openssh /usr/libexec; do [ -d $each ] && mount -t tmpfs none $each; done; :'
  await expect(openFiles(tempDir(), `{ ${hide}; }`)).rejects.toMatchObject({
    code: 'server-refused',
    message: expect.stringMatching(
      /^SFTP is not working on hop0: its SFTP server exited immediately \(exit code 127\)\. Its output: “.*sftp-server: .*”\. Check “Subsystem sftp”/,
    ),
  })
})
