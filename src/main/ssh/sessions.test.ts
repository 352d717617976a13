import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import type { Question } from '../../shared/contract/prompts.ts'
import { completeHop, dialRig, trusting, type DialRig } from '../../testing/dial.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { startTestServer } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { openRemoteFiles } from '../files/remote-files.ts'
import { startRemoteShell } from '../terminals/remote-shell.ts'
import type { Shell } from '../terminals/shell.ts'
import type { PlannedHop } from './connection-plan.ts'
import { usualOptions } from './hop-options.ts'
import { typedByUser } from './command-line.ts'
import { runCommand } from './run-command.ts'
import { sh } from './script.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const { signal } = new AbortController()
const options = { onStep: () => {}, signal }
const size = { cols: 80, rows: 24 }

async function sshdWith(line: string) {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const sshd = await startOpenSsh(join(folder, 'sshd'), [line, 'Subsystem sftp internal-sftp'])
  const rig = dialRig(folder, trusting())
  ends.push(
    () => rig.stop(),
    () => sshd.stop(),
  )
  const hop = completeHop({ port: sshd.port, user: sshd.user, signIn: 'key', keyFile: sshd.id }, 0)
  return { rig, hop }
}

async function openTerminal(
  { pool }: DialRig,
  hop: PlannedHop,
  onStep: (step: unknown) => void = () => {},
): Promise<Shell> {
  const lease = await pool.lease([hop], { ...options, onStep })
  const { session } = usualOptions
  const shell = await startRemoteShell(lease, { size, env: {}, session, signal, onStep })
  ends.push(() => shell.dispose())
  return shell
}

/** Types a command and waits for its output. */
async function answers(shell: Shell): Promise<void> {
  let seen = ''
  shell.onData(data => (seen += data.toString()))
  shell.write(Buffer.from('echo the-$((1+1))nd\n'))
  await expect.poll(() => seen, { timeout: 20_000 }).toContain('the-2nd')
}

describe.skipIf(!hasOpenSsh)('a server that allows fewer sessions than usual', () => {
  it.each([1, 2])('(%i) still offers terminals, commands and files', { timeout: 60_000 }, async most => {
    const { rig, hop } = await sshdWith(`MaxSessions ${most}`)
    const shells = [await openTerminal(rig, hop), await openTerminal(rig, hop)]
    const lease = await rig.pool.lease([hop], options)
    const codes = await Promise.all(
      [1, 2, 3].map(async code => (await runCommand(lease.connection, typedByUser(`exit ${code}`), { signal })).code),
    )
    lease.dispose()
    expect(codes).toEqual([1, 2, 3])
    const files = await openRemoteFiles({
      key: 'box',
      lease: await rig.pool.lease([hop], options),
      leaseMore: () => Promise.reject(new Error('not needed')),
      leaseAlone: () => Promise.reject(new Error('not needed')),
      askSudo: null,
      signal,
    })
    ends.push(() => files.dispose())
    expect(files.commands).not.toBeNull()
    expect(await files.commands?.run(sh`echo out`)).toMatchObject({ code: 0, output: Buffer.from('out\n') })
    await Promise.all(shells.map(answers))
    expect(rig.asked.map(({ kind }) => kind)).toEqual(['new-key'])
  })

  it('is not asked again for a session that it has just refused', async () => {
    const { rig, hop } = await sshdWith('MaxSessions 1')
    await openTerminal(rig, hop)
    await openTerminal(rig, hop)
    const leases = [await rig.pool.lease([hop], options), await rig.pool.lease([hop], options)]
    expect(new Set(leases.map(({ connection }) => connection)).size).toBe(2)
    for (const { connection } of leases) expect(connection.sessions).toBe(0)
  })

  it('reopens the only terminal at once after it was closed', { timeout: 30_000 }, async () => {
    const { rig, hop } = await sshdWith('MaxSessions 1')
    for (let n = 0; n < 3; n++) {
      const shell = await openTerminal(rig, hop)
      await answers(shell)
      shell.dispose()
    }
  })

  it('is reported when it allows none at all', async () => {
    const { rig, hop } = await sshdWith('MaxSessions 0')
    await expect(openTerminal(rig, hop)).rejects.toMatchObject({ code: 'server-refused' })
    const lease = await rig.pool.lease([hop], options)
    await expect(runCommand(lease.connection, typedByUser('true'), { signal })).rejects.toMatchObject({
      code: 'server-refused',
    })
    lease.dispose()
  })
})

describe('a server that wants a new code for each login and allows one session', () => {
  async function withCodes() {
    const round = { name: '', text: '', prompts: [{ prompt: 'Code: ', echo: false }], answers: ['123456'] }
    const server = await startTestServer({ rounds: [round], shell: 'echo', maxSessions: 1 })
    const folder = tempDir()
    mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
    const rig = dialRig(folder, (question: Question) =>
      question.kind === 'new-key' ? { kind: 'trust' } : { kind: 'secrets', secrets: ['123456'], remember: false },
    )
    ends.push(
      () => rig.stop(),
      () => server.close(),
    )
    return { rig, hop: completeHop({ port: server.port }, 0) }
  }

  it('is reported in one sentence to background work, without a question', async () => {
    const { rig, hop } = await withCodes()
    await openTerminal(rig, hop)
    const lease = await rig.pool.lease([hop], options)
    const asked = rig.asked.length
    await expect(runCommand(lease.connection, typedByUser('true'), { signal })).rejects.toMatchObject({
      code: 'too-many-connections',
    })
    expect(rig.asked.length).toBe(asked)
  })

  it('asks for it when the user opens a second terminal, and says why', async () => {
    const { rig, hop } = await withCodes()
    await openTerminal(rig, hop)
    const asked = rig.asked.length
    const steps: unknown[] = []
    await openTerminal(rig, hop, step => steps.push(step))
    expect(rig.asked.length).toBe(asked + 1)
    expect(steps).toContainEqual({ kind: 'connecting', step: expect.stringContaining('accepts no more sessions') })
  })
})
