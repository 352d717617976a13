import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import type { Target } from '../../shared/contract/targets.ts'
import type { ConnectionPlan } from '../ssh/connection-plan.ts'
import { completeHop, dialRig, trusting } from '../../testing/dial.ts'
import { keysElsewhere, startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { eachWith } from '../../testing/programs.ts'
import { KeyDeployment } from './key-deployment.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const run of cleanUp.splice(0)) run()
})
const { signal } = new AbortController()
const target: Target = { kind: 'address', address: 'x', port: null, user: null, jumps: [], keyFile: null }

async function setUp(lines: readonly string[]) {
  const folder = tempDir()
  const at = join(folder, 'home/.ssh/authorized_keys')
  const server = await startOpenSsh(folder, lines)
  const rig = dialRig(folder, trusting())
  cleanUp.push(
    () => rig.stop(),
    () => server.stop(),
  )
  const key = join(folder, 'new')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', "it's \\ mine", '-f', key])
  const hop = completeHop({ port: server.port, user: server.user, signIn: 'key', keyFile: server.id }, 0)
  const plan = [hop] as unknown as ConnectionPlan
  const deployment = new KeyDeployment({ pool: rig.pool, prepare: () => Promise.resolve(plan) })
  return { deployment, key, line: readFileSync(`${key}.pub`, 'utf8').trim(), at }
}

const shells = [
  ['the login shell', 'true'],
  ['fish', 'fish -c "$SSH_ORIGINAL_COMMAND"'],
  ['dash', 'dash -c "$SSH_ORIGINAL_COMMAND"'],
] as const

describe('a key that is added to a server', () => {
  eachWith(shells, ([name]) => (name === 'the login shell' ? 'sshd' : name))(
    'through %s is added once, proved by signing in, and taken off again',
    async (name, command) => {
      const force = name === 'the login shell' ? [] : [`ForceCommand ${command}`]
      const { deployment, key, line, at } = await setUp([...force])
      writeKeyFileOf(at)
      expect(await deployment.put(target, { line, keyFile: key }, signal)).toEqual({
        added: true,
        proved: true,
        problem: null,
      })
      expect(await deployment.put(target, { line, keyFile: key }, signal)).toEqual({
        added: false,
        proved: true,
        problem: null,
      })
      expect(readFileSync(at, 'utf8')).toBe(`# mine\n${line}\n`)
      const blob = Buffer.from(line.split(' ')[1] as string, 'base64')
      expect(await deployment.takeOff(target, blob, signal)).toBe(1)
      expect(await deployment.takeOff(target, blob, signal)).toBe(0)
      expect(readFileSync(at, 'utf8')).toBe('# mine\n')
    },
  )

  it('is reported if the server keeps keys elsewhere', async () => {
    const { deployment, key, line, at } = await setUp([keysElsewhere])
    const put = await deployment.put(target, { line, keyFile: key }, signal)
    expect(put).toMatchObject({ added: true, proved: false })
    expect(put.problem).toContain('AuthorizedKeysFile')
    expect(statSync(at).mode & 0o777).toBe(0o600)
  })
})

function writeKeyFileOf(at: string): void {
  mkdirSync(join(at, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(at, '# mine\n', { mode: 0o600 })
}
