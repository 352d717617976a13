import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { completeHop, dialRig, trusting } from '../../testing/dial.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import type { PaneEnd } from './pane-shell.ts'
import { startAttachedSession } from './start-attached-session.ts'

const { signal } = new AbortController()
const options = { onStep: () => {}, signal }
const run = { kind: 'tmux', socket: 'hawser', session: 'it’s naïve', start: true } as const
const size = { cols: 80, rows: 24 }
const wait = { timeout: 20_000 }

async function setUp(...lines: readonly string[]) {
  const servers = tmuxServers()
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const sshd = await startOpenSsh(join(folder, 'sshd'), [`SetEnv TMUX_TMPDIR=${servers.env.TMUX_TMPDIR}`, ...lines])
  const rig = dialRig(folder, trusting())
  onTestFinished(() => {
    rig.stop()
    sshd.stop()
    servers.stop()
  })
  const hop = completeHop({ port: sshd.port, user: sshd.user, signIn: 'key', keyFile: sshd.id }, 0)
  const open = async () => {
    const lease = await rig.pool.lease([hop], options)
    const started = await startAttachedSession(lease, { run, size, env: {}, ...options })
    if (started.kind !== 'session') throw new Error('tmux can’t be used.')
    const { session, connection } = started
    onTestFinished(() => session.dispose())
    const shell = session.pane(session.windows[0]?.activePane ?? -1)
    let seen = ''
    shell.onData(data => (seen += data.toString()))
    shell.redraw()
    const ended = new Promise<PaneEnd>(resolve => session.onEnd(resolve))
    return { shell, connection, ended, seen: () => seen }
  }
  return { ...servers, rig, open }
}

it.skipIf(!hasOpenSsh || lacks('tmux'))('keeps a session over a lost connection', async () => {
  const { rig, open } = await setUp()
  const first = await open()
  first.shell.write(Buffer.from('printf "%s\\n" kept-naïve-$((1+1))\r'))
  await expect.poll(first.seen, wait).toContain('kept-naïve-2')
  expect(first.connection.isClosed).toBe(false)
  rig.stop()
  await first.ended
  const second = await open()
  await expect.poll(second.seen, wait).toContain('kept-naïve-2')
  second.shell.write(Buffer.from('exit\r'))
  expect(await second.ended).toMatchObject({ kind: 'exited', sentence: 'The session has ended.' })
})
