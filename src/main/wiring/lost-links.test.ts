import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { open as openProxy } from '../../../scripts/tcp-proxy.mjs'
import { forward as forwardSchema } from '../../shared/contract/forwards.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'

const size = { cols: 80, rows: 24 }
// The link is back: everything is live within this time.
const soon = { timeout: 5_000, interval: 50 }

/** The services with two terminals and a forward through a link to a private server. */
async function rig(lines: readonly string[] = []) {
  const folder = tempDir()
  mkdirSync(join(folder, 'server'), { recursive: true })
  mkdirSync(join(folder, 'ssh'), { recursive: true })
  const server = await startOpenSsh(join(folder, 'server'), lines)
  const link = await openProxy(server.port)
  const [type, key] = readFileSync(join(folder, 'server', 'host_ed.pub'), 'utf8').split(' ')
  writeFileSync(join(folder, 'ssh', 'known_hosts'), `[127.0.0.1]:${link.port} ${type} ${key}\n`)
  const { built, network, bugs } = await buildTestServices(folder)
  onTestFinished(async () => {
    built.dispose()
    network.dispose()
    await link.close()
    server.stop()
  })
  const { terminals, forwards } = built.services
  const target: Target = {
    ...{ kind: 'address', address: '127.0.0.1', port: link.port, user: server.user, jumps: [], keyFile: server.id },
  }
  const ids = [randomUUID(), randomUUID()] as TerminalId[]
  for (const id of ids) await terminals.open({ id, target, size })
  const end = { kind: 'tcp', address: '127.0.0.1', port: 0 }
  const forward = forwardSchema.parse({
    ...{ id: randomUUID(), label: 'x', target, kind: 'local', listen: end, to: { ...end, port: 1 } },
  })
  await forwards.save({ forward })
  await forwards.start({ id: forward.id })
  const states = async () => [
    ...(await terminals.list()).map(({ state }) => state.kind),
    (await forwards.list()).forwards[0]?.state.kind,
  ]
  const live = ['ready', 'ready', 'up']
  await vi.waitFor(async () => expect(await states()).toEqual(live), soon)
  const signIns = () => readFileSync(join(folder, 'server', 'log'), 'utf8').match(/Accepted publickey/g)?.length ?? 0
  return { signIns, services: built.services, network, server, link, target, states, live, ids, bugs }
}

describe.skipIf(!hasOpenSsh)('a lost link', () => {
  test('brings its terminals and forwards back together, by one sign-in', async () => {
    const { link, states, live, bugs, signIns } = await rig()
    const before = signIns()
    link.refuse()
    link.reset()
    await vi.waitFor(async () => expect(await states()).toEqual(['reconnecting', 'reconnecting', 'waiting']), soon)
    link.refuse(false)
    await vi.waitFor(async () => expect(await states()).toEqual(live), soon)
    expect(signIns()).toBe(before + 1)
    expect(bugs).toEqual([])
  })

  // Another connection of the login takes a lost terminal over at once.
  test('is announced for each terminal before its next shell, however soon that follows', async () => {
    const { services, link, ids, target, bugs } = await rig(['MaxSessions 2'])
    const { terminals } = services
    await terminals.open({ id: randomUUID() as TerminalId, target, size })
    const seen: string[][] = []
    terminals.onChanged(all => seen.push(ids.map(id => all.find(each => each.id === id)?.state.kind ?? 'none')))
    link.reset({ oldest: true })
    const lost = async () => (await services.activity.list()).filter(({ kind }) => kind === 'lost').length
    await vi.waitFor(async () => expect(await lost()).toBe(2), soon)
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(['ready', 'ready']), soon)
    for (const index of [0, 1]) expect(seen.map(each => each[index])).toContain('reconnecting')
    expect(bugs).toEqual([])
  })

  test('that is silent after sleep is dropped within seconds, and replaced', async () => {
    const { link, network, states, live } = await rig()
    link.stall()
    network.note('woke')
    await vi.waitFor(async () => expect(await states()).not.toEqual(live), { timeout: 8_000 })
    link.reset()
    link.stall(false)
    await vi.waitFor(async () => expect(await states()).toEqual(live), soon)
  }, 20_000)

  test('is kept if it answers after sleep', async () => {
    const { link, network, states, live } = await rig()
    link.stall()
    network.note('woke')
    setTimeout(() => link.stall(false), 2_000)
    const seen = new Set<string>()
    const until = Date.now() + 6_500
    await vi.waitFor(
      async () => {
        for (const kind of await states()) seen.add(String(kind))
        expect(Date.now()).toBeGreaterThan(until)
      },
      { timeout: 8_000, interval: 100 },
    )
    expect([...seen].sort()).toEqual([...new Set(live)].sort())
  }, 15_000)

  test.runIf(process.env['HAWSER_LONG_TESTS'])(
    'that swallows everything for a minute is live within seconds of its return',
    async () => {
      const { link, states, live } = await rig()
      link.stall()
      await vi.waitFor(
        async () => {
          const now = await states()
          expect(now.slice(0, 2)).toEqual(['reconnecting', 'reconnecting'])
          expect(now[2]).not.toBe('up')
        },
        { timeout: 90_000, interval: 500 },
      )
      await new Promise(resolve => setTimeout(resolve, 10_000))
      link.stall(false)
      const back = Date.now()
      await vi.waitFor(async () => expect(await states()).toEqual(live), { ...soon, timeout: 20_000 })
      console.log(`live again after ${Date.now() - back} ms`)
      expect(Date.now() - back).toBeLessThan(5_000)
    },
    150_000,
  )

  test('stops for a terminal when told to, and that terminal only', async () => {
    const { services, link, states, ids } = await rig()
    link.refuse()
    link.reset()
    await vi.waitFor(async () => expect(await states()).toEqual(['reconnecting', 'reconnecting', 'waiting']), soon)
    await services.terminals.stopReconnecting({ id: ids[0] as TerminalId })
    link.refuse(false)
    await services.terminals.reconnect({ id: ids[1] as TerminalId, ask: true })
    await vi.waitFor(async () => expect(await states()).toEqual(['lost', 'ready', 'up']), soon)
  })

  test('is left alone where the settings say so, and restored terminals too', async () => {
    const { services, link, states } = await rig()
    const settings = await services.settings.get()
    await services.settings.save({
      settings: { ...settings, terminal: { ...settings.terminal, reconnect: false } },
    })
    link.reset()
    await vi.waitFor(async () => expect(await states()).toEqual(['lost', 'lost', 'up']), soon)
    const target: Target = { kind: 'address', address: '127.0.0.1', port: 1, user: null, jumps: [], keyFile: null }
    await services.terminals.restore({ id: randomUUID() as TerminalId, target, size })
    expect((await services.terminals.list()).length).toBe(2)
  })

  test('of the last run is dialed without a question', async () => {
    const { services, link, ids } = await rig()
    const [first] = await services.terminals.list()
    for (const id of ids) await services.terminals.close({ id })
    const id = randomUUID() as TerminalId
    await services.terminals.restore({ id, target: first?.target as Target, size })
    await vi.waitFor(async () => expect((await services.terminals.list())[0]?.state.kind).toBe('ready'), soon)
    expect(link.port).toBeGreaterThan(0)
  })
})
