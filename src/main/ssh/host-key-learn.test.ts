import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { dialRig, trusting } from '../../testing/dial.ts'
import { startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import { usualOptions, type HopOptions } from './hop-options.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const run of cleanUp.splice(0)) run()
})

async function signIn(options: HopOptions) {
  const folder = tempDir()
  execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', join(folder, 'host_ec')])
  const server = await startOpenSsh(folder, [`HostKey ${join(folder, 'host_ec')}`])
  const rig = dialRig(folder, trusting())
  cleanUp.push(
    () => rig.stop(),
    () => server.stop(),
  )
  await rig.dial({ port: server.port, user: server.user, signIn: 'key', keyFile: server.id, options })
  const other = readFileSync(join(folder, 'host_ec.pub'), 'utf8').split(' ')[1] as string
  return { rig, folder, server, other, known: () => readFileSync(join(folder, 'ssh/known_hosts'), 'utf8') }
}

describe.skipIf(lacks('sshd'))('the other keys of a server', () => {
  it('are stored once it has proved to own them, and count from then on', async () => {
    const { rig, server, other, known } = await signIn(usualOptions)
    await vi.waitFor(() => expect(known()).toContain(other))
    expect(known().trim().split('\n')).toHaveLength(2)
    const asked = rig.asked.length
    const wanted = { ...usualOptions.algorithms, hostKeys: 'ecdsa-sha2-nistp256' }
    const hop = { port: server.port, user: server.user, signIn: 'key' as const, keyFile: server.id }
    await rig.dial({ ...hop, options: { ...usualOptions, algorithms: wanted } })
    expect(rig.asked).toHaveLength(asked)
  })

  it('are ignored if UpdateHostKeys is off', async () => {
    const options = { ...usualOptions, trust: { ...usualOptions.trust, update: false } }
    const { known } = await signIn(options)
    expect(known().trim().split('\n')).toHaveLength(1)
  })
})
