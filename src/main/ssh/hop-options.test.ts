import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { dialRig, trusting, type DialRig } from '../../testing/dial.ts'
import { startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { lacks } from '../../testing/programs.ts'
import type { Connection } from './connection.ts'
import { usualOptions, type HopOptions, type TrustOptions } from './hop-options.ts'
import { typedByUser } from './command-line.ts'
import { runCommand } from './run-command.ts'

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const run of cleanUp.splice(0)) run()
})

interface Rig {
  readonly rig: DialRig
  readonly folder: string
  readonly port: number
  readonly hostKey: string
  dial(change: Partial<HopOptions>, hop?: object): Promise<Connection>
}

async function setUp(lines: readonly string[] = []): Promise<Rig> {
  const folder = tempDir()
  const server = await startOpenSsh(folder, lines)
  const rig = dialRig(folder, trusting())
  cleanUp.push(
    () => rig.stop(),
    () => server.stop(),
  )
  const own = { port: server.port, user: server.user, signIn: 'key' as const, keyFile: server.id }
  return {
    rig,
    folder,
    port: server.port,
    hostKey: readFileSync(join(folder, 'host_ed.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
    dial: (change, hop = {}) => rig.dial({ ...own, ...hop, options: { ...usualOptions, ...change } }),
  }
}

const trust = (change: Partial<TrustOptions>): Partial<HopOptions> => ({ trust: { ...usualOptions.trust, ...change } })
const algorithms = (change: Partial<HopOptions['algorithms']>): Partial<HopOptions> => ({
  algorithms: { ...usualOptions.algorithms, ...change },
})
const say = async (connection: Connection, command: string) =>
  (await runCommand(connection, typedByUser(command), { signal: new AbortController().signal })).output
    .toString()
    .trim()

describe.skipIf(lacks('sshd'))('the config settings of a host', () => {
  it('take effect in the protocol: compression, one family, a source address, chosen algorithms', async () => {
    const { dial, rig } = await setUp(['Compression yes'])
    const chosen = {
      ciphers: 'aes256-ctr',
      macs: 'hmac-sha2-512',
      kex: '-curve25519*',
      hostKeys: null,
      publicKeys: null,
    }
    const connection = await dial({ compression: true, family: 4, bindAddress: '127.0.0.1', algorithms: chosen })
    const long = await say(connection, 'seq 1 20000 | md5sum; echo "$SSH_CONNECTION"')
    expect(long).toMatch(/^[0-9a-f]{32} .*\n127\.0\.0\.1 /)
    rig.pool.dispose()
    await expect(dial(algorithms({ ciphers: 'never-heard-of' }))).rejects.toMatchObject({ code: 'no-common-algorithm' })
  })

  it('control trust: yes refuses unknown keys, accept-new accepts them, /dev/null stores nothing', async () => {
    const { dial, rig, folder, hostKey } = await setUp()
    await expect(dial(trust({ strict: 'yes' }))).rejects.toMatchObject({ code: 'host-key-rejected' })
    expect((await dial(trust({ strict: 'no', userFiles: ['/dev/null'] }))).isClosed).toBe(false)
    expect(existsSync(join(folder, 'ssh/known_hosts'))).toBe(false)
    const other = join(folder, 'other')
    rig.pool.dispose()
    await dial(trust({ strict: 'accept-new', userFiles: [other], alias: 'my-alias', hash: true }))
    expect(readFileSync(other, 'utf8')).toMatch(/^\|1\|/)
    expect(rig.asked).toEqual([])
    writeFileSync(other, `my-alias ${hostKey}\n`)
    rig.pool.dispose()
    await dial(trust({ strict: 'yes', userFiles: [other], alias: 'my-alias' }))
    expect(rig.asked).toEqual([])
  })

  it('accept a key that is stored without the port, as ssh does', async () => {
    const { dial, rig, folder, hostKey } = await setUp()
    const file = join(folder, 'bare')
    writeFileSync(file, `127.0.0.1 ${hostKey}\n`)
    await dial(trust({ strict: 'yes', userFiles: [file] }))
    expect(rig.asked).toEqual([])
  })

  it('ask nothing in batch mode, and try no method that it forbids', async () => {
    const { dial, rig } = await setUp()
    await expect(dial({ batch: true })).rejects.toMatchObject({ code: 'needs-answer' })
    await expect(dial({ ...trust({ strict: 'no' }), methods: ['password'] })).rejects.toMatchObject({
      code: 'auth-failed',
    })
    expect(rig.asked).toEqual([])
  })

  it('offer the keys that they name, and none if they say none', async () => {
    const { dial, rig, folder } = await setUp()
    const named = { signIn: 'ask' as const, keyFile: null }
    const files = [join(folder, 'missing'), join(folder, 'id')]
    const strict = trust({ strict: 'no', userFiles: ['/dev/null'] })
    const connection = await dial({ ...strict, identityFiles: files, identitiesOnly: true }, named)
    expect(await say(connection, 'echo in')).toBe('in')
    rig.pool.dispose()
    await expect(dial({ ...strict, identitiesOnly: true, noKeyFiles: true, batch: true }, named)).rejects.toMatchObject(
      { code: 'auth-failed' },
    )
  })
})
