import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { completeHop } from '../../testing/dial.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { KeyChoice } from './key-choice.ts'
import { KeyRing } from './key-ring.ts'
import { agentSigners } from './signer.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

/** A real agent with seven keys, of which only the public keys exist as files. */
function sevenKeys() {
  const folder = join(tempDir(), 'ssh')
  mkdirSync(folder, { mode: 0o700 })
  const said = execFileSync('ssh-agent', ['-s', '-a', join(folder, 'agent')], { encoding: 'utf8' })
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1])
  ends.push(() => process.kill(pid))
  const env = { ...process.env, SSH_AUTH_SOCK: join(folder, 'agent') }
  const path = (n: number) => join(folder, `k${n}`)
  for (const n of [1, 2, 3, 4, 5, 6, 7]) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `k${n}`, '-f', path(n)])
    execFileSync('ssh-add', ['-q', path(n)], { env })
    rmSync(path(n))
  }
  const offered = async (keyFile: string, signIn: 'ask' | 'key', agent = true) => {
    const choice = new KeyChoice(
      {
        hop: completeHop({ keyFile, signIn }, 0),
        secrets: { locked: false, get: async () => null, set: async () => {} },
        keys: new KeyRing({ sshFolder: folder, worker: new URL('../key-formats/key-worker.mjs', import.meta.url) }),
        agent: async () => (agent ? agentSigners(join(folder, 'agent')) : []),
        ask: async () => null,
        giveUp: () => {},
      },
      () => {},
    )
    const names: string[] = []
    for await (const { signer } of choice.offered()) names.push(signer.name)
    return names
  }
  return { folder, path, offered }
}

describe('a key whose private key is in the agent', () => {
  it.each(['ask', 'key'] as const)(
    'is offered first and alone, by .pub or the name of what is gone (%s)',
    async signIn => {
      const { path, offered } = sevenKeys()
      expect(await offered(`${path(7)}.pub`, signIn)).toEqual(['k7'])
      expect(await offered(path(7), signIn)).toEqual(['k7'])
      expect(await offered('k7.pub', signIn)).toEqual(['k7'])
    },
  )

  it('is recognized by a public key under any name, and in the format of RFC 4716', async () => {
    const { folder, path, offered } = sevenKeys()
    writeFileSync(join(folder, 'exported'), `# from a password manager\n${readFileSync(`${path(7)}.pub`, 'utf8')}`)
    writeFileSync(join(folder, 'rfc.pub'), execFileSync('ssh-keygen', ['-e', '-f', `${path(7)}.pub`]))
    expect(await offered('exported', 'key')).toEqual(['k7'])
    expect(await offered('rfc.pub', 'key')).toEqual(['k7'])
  })

  it('is read from the private file beside .pub if the agent doesn’t have it', async () => {
    const { folder, offered } = sevenKeys()
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'own', '-f', join(folder, 'own')])
    expect(await offered('own.pub', 'key')).toEqual(['own'])
  })

  it('is named if neither the agent nor a file has it', async () => {
    const { path, offered } = sevenKeys()
    for (const keyFile of [`${path(7)}.pub`, path(7)])
      await expect(offered(keyFile, 'key', false)).rejects.toMatchObject({ code: 'key-unusable' })
    await expect(offered('gone', 'key')).rejects.toMatchObject({ code: 'key-unusable' })
  })
})
