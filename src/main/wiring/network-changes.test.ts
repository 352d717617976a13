import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { open as openProxy } from '../../../scripts/tcp-proxy.mjs'
import { forward as forwardSchema } from '../../shared/contract/forwards.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { freePort, hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'

/** The services with a forward through a proxy to a private server, or to a port where nothing listens. */
async function rig({ port }: { readonly port?: number } = {}) {
  const folder = tempDir()
  mkdirSync(join(folder, 'server'), { recursive: true })
  mkdirSync(join(folder, 'ssh'), { recursive: true })
  const server = await startOpenSsh(join(folder, 'server'))
  const link = await openProxy(server.port)
  const at = port ?? link.port
  const [type, key] = readFileSync(join(folder, 'server', 'host_ed.pub'), 'utf8').split(' ')
  writeFileSync(join(folder, 'ssh', 'known_hosts'), `[127.0.0.1]:${at} ${type} ${key}\n`)
  const { built, network, bugs } = await buildTestServices(folder)
  onTestFinished(async () => {
    built.dispose()
    network.dispose()
    await link.close()
    server.stop()
  })
  const target = { kind: 'address', address: '127.0.0.1', port: at, user: server.user, jumps: [], keyFile: server.id }
  const end = { kind: 'tcp', address: '127.0.0.1', port: 0 }
  const forward = forwardSchema.parse({
    ...{ id: randomUUID(), label: 'x', target, kind: 'local', listen: end, to: { ...end, port: 1 } },
  })
  await built.services.forwards.save({ forward })
  await built.services.forwards.start({ id: forward.id })
  const stateOf = async () => (await built.services.forwards.list()).forwards[0]?.state.kind
  return { services: built.services, link, stateOf, bugs }
}

describe.skipIf(!hasOpenSsh)('a change of the network', () => {
  test('reported by the window makes every live connection be probed', async () => {
    const { services, link, stateOf, bugs } = await rig()
    await vi.waitFor(async () => expect(await stateOf()).toBe('up'), { timeout: 5_000 })
    let before = -1
    // The first probe is answered, followed by 15 seconds of silence.
    await vi.waitFor(
      () => {
        const quiet = before === link.up
        before = link.up
        expect(quiet).toBe(true)
      },
      { timeout: 5_000, interval: 300 },
    )
    await services.app.networkChanged()
    await vi.waitFor(() => expect(link.up).toBeGreaterThan(before), { timeout: 2_000 })
    expect(bugs).toEqual([])
  })

  test('makes everything waiting for a connection retry at once', async () => {
    const { services, stateOf } = await rig({ port: await freePort() })
    await vi.waitFor(async () => expect(await stateOf()).toBe('waiting'), { timeout: 5_000 })
    await services.app.networkChanged()
    expect(await stateOf()).toBe('starting')
  })
})
