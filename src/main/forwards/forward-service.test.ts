import { randomUUID } from 'node:crypto'
import { createServer as createHttp, get, type RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import {
  forward as forwardSchema,
  type Forward,
  type ForwardId,
  type OperationId,
} from '../../shared/contract/forwards.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { echoServer, forwardServiceRig, listenOn } from '../../testing/forward-rig.ts'
import { freePort, hasOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { JsonFile } from '../storage/json-file.ts'
import { forwardFile } from './forward-record.ts'
import type { ForwardServiceParts } from './forward-service.ts'
import { ForwardStore } from './forward-store.ts'
import { isOwnAddress } from './own-address.ts'

type Remote = Forward['target']
// A busy machine is slow to connect.
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 15_000 })

const host = (address: string): Remote => ({
  kind: 'address',
  address,
  port: 22,
  user: 'ada',
  jumps: [],
  keyFile: null,
})
const [gpu, web] = [host('gpu-box'), host('web1')]
const operation = () => randomUUID() as OperationId

async function rig(overrides: Partial<ForwardServiceParts> = {}, folder = tempDir()) {
  const made = await forwardServiceRig(folder, overrides)
  onTestFinished(() => made.stop())
  return made
}

function saved(change: Partial<Forward> & { readonly port: number }): Forward {
  const { port, ...rest } = change
  const end = { kind: 'tcp', address: '127.0.0.1', port }
  const whole = {
    id: randomUUID(),
    label: `Port ${port}`,
    target: gpu,
    kind: 'local',
    listen: { ...end, port: 0 },
    to: end,
  }
  return forwardSchema.parse({ ...whole, ...rest })
}

async function serving(answer: RequestListener): Promise<number> {
  const server = createHttp(answer)
  const port = await listenOn(server)
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return port
}

const page: RequestListener = (_request, response) => response.end('the page')
const body = async (url: string) => (await fetch(url, { headers: { connection: 'close' } })).text()

/** The output of a scan when these ports are listening, each with the UID of its process. */
function scanOf(ports: readonly (readonly [port: number, uid: number | null])[], user: number): string {
  const lines = ports.map(([port], at) => `LISTEN 0 9 127.0.0.1:${port} 0.0.0.0:* users:(("x",pid=${at + 9},fd=3))`)
  const args = ports.map((_, at) => `${at + 9} python3 app.py`)
  const uids = ports.flatMap(([, uid], at) => (uid === null ? [] : [`${at + 9} ${uid} ${uid}`]))
  return ['@ss', ...lines, '@args', ...args, '@uids', ...uids, '@user', String(user)].join('\n')
}

describe.skipIf(!hasOpenSsh)('ForwardService', () => {
  test('a saved forward is listed, started, stopped, changed and removed; an unknown one is refused', async () => {
    const { service, store } = await rig()
    const server = echoServer()
    onTestFinished(() => void server.close())
    const forward = saved({ port: await listenOn(server) })
    const stateOf = () => service.list().forwards.find(each => each.forward.id === forward.id)?.state.kind
    await service.save({ forward })
    expect(stateOf()).toBe('off')
    service.start({ id: forward.id })
    await waitFor(() => expect(stateOf()).toBe('up'))
    expect(service.summary).toEqual({ up: 1, waiting: 0 })
    // Saving a running forward restarts it.
    await service.save({ forward: { ...forward, label: 'Renamed' } })
    await waitFor(() => expect(stateOf()).toBe('up'))
    await service.stop({ id: forward.id })
    expect([stateOf(), service.saved.map(({ label }) => label)]).toEqual(['off', ['Renamed']])
    await service.remove({ id: forward.id })
    expect(store.all).toEqual([])
    const id = randomUUID() as ForwardId
    expect(() => service.start({ id })).toThrow(expect.objectContaining({ code: 'not-found' }))
    await expect(service.open({ id, operation: null })).rejects.toMatchObject({ code: 'not-found' })
    expect(() => service.copyAddress({ id })).toThrow(expect.objectContaining({ code: 'not-found' }))
    const unix = { kind: 'unix' as const, path: '/run/x' }
    const circle = saved({ port: 1, kind: 'remote', listen: unix, to: unix })
    await expect(service.save({ forward: circle })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  test('a host that prints 5,000 ports gets 20 automatic forwards at most, at its own address', async () => {
    const first = 20_000
    const ports = Array.from({ length: 5_000 }, (_, at) => [first + at, 1000] as const)
    const { service, store } = await rig({ runLive: async () => scanOf(ports, 1000) })
    await service.setRule({ target: gpu, rule: 'automatic' })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.summary.up).toBe(20))
    const { forwards } = service.list()
    expect(forwards).toHaveLength(20)
    for (const { listening, forward } of forwards)
      expect(listening).toEqual({ ...forward.listen, address: store.addressOf(gpu) })
  })

  test('signed in as root, ports of other users’ processes are found, and never automatic', async () => {
    const scan = scanOf(
      [
        [21_000, 33],
        [21_001, 0],
        [21_002, null],
      ],
      0,
    )
    const { service } = await rig({ runLive: async () => scan })
    await service.setRule({ target: gpu, rule: 'automatic' })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.list().found).toHaveLength(2))
    const { forwards, found } = service.list()
    expect(forwards.map(({ forward }) => forward.to)).toEqual([{ kind: 'tcp', address: 'localhost', port: 21_001 }])
    expect(found.map(({ port, owner }) => [port, owner])).toEqual([
      [21_000, 'other'],
      [21_002, 'unknown'],
    ])
  })

  test('an automatic forward is removed when another user’s process takes over its port', async () => {
    let scan = scanOf([[21_000, 1000]], 1000)
    const { service } = await rig({ runLive: async () => scan })
    await service.setRule({ target: gpu, rule: 'automatic' })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.list().forwards).toHaveLength(1))
    scan = scanOf([[21_000, 33]], 1000)
    service.watch({ targets: [] })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.list().forwards).toEqual([]))
  })

  test('an automatic forward that the user stops stays off', async () => {
    const { service } = await rig({ runLive: async () => scanOf([[21_000, 1000]], 1000) })
    await service.setRule({ target: gpu, rule: 'automatic' })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.list().forwards).toHaveLength(1))
    await service.stop({ id: service.list().forwards[0]?.forward.id as ForwardId })
    service.watch({ targets: [] })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.list().found).toHaveLength(1))
    expect(service.list().forwards).toEqual([])
  })

  test('pages of two hosts have addresses of their own, which survive a restart', async () => {
    const folder = tempDir()
    const [one, other] = [await serving(page), await serving(page)]
    const { service, store, opened, warned } = await rig({}, folder)
    const open = (target: Target, port: number) =>
      service.forwardPort({ target, port, open: true, page: { path: '/lab', secure: false }, operation: null })
    await open(gpu, one)
    await open(web, other)
    await open(gpu, other)
    const hosts = opened.map(url => new URL(url).hostname)
    expect(hosts).toEqual([store.addressOf(gpu), store.addressOf(web), store.addressOf(gpu)])
    expect(hosts[0]).not.toBe(hosts[1])
    expect(hosts.every(isOwnAddress)).toBe(true)
    // The port number is unchanged: nothing else listens at that address.
    expect(opened[0]).toBe(`http://${store.addressOf(gpu)}:${one}/lab`)
    expect(await body(opened[0] as string)).toBe('the page')
    expect(warned).toEqual([])
    expect(store.addressOf(gpu, 'node17')).not.toBe(store.addressOf(gpu))
    await store.flush()
    const options = { path: join(folder, 'forwards.json'), schema: forwardFile, initial: forwardFile.parse({}) }
    const again = new ForwardStore(await JsonFile.open({ ...options, showNotice: () => {} }))
    expect([again.addressOf(gpu), again.addressOf(web)]).toEqual([store.addressOf(gpu), store.addressOf(web)])
  })

  test('a forward created manually for localhost is there, and its page opens at the address of its host', async () => {
    const { service, store, opened, copied } = await rig()
    const port = await freePort()
    const forward = saved({ port: await serving(page), listen: { kind: 'tcp', address: 'localhost', port }, page: '/' })
    await service.save({ forward })
    await service.open({ id: forward.id, operation: null })
    expect(opened).toEqual([`http://${store.addressOf(gpu)}:${port}/`])
    expect(await body(`http://127.0.0.1:${port}/`)).toBe('the page')
    await service.copyAddress({ id: forward.id })
    await service.stop({ id: forward.id })
    await service.copyAddress({ id: forward.id })
    expect(copied).toEqual([opened[0], opened[0]])
  })

  test('a shared name of two hosts in the browser is reported once', async () => {
    const { service, opened, warned } = await rig()
    for (const target of [gpu, web, gpu, web]) {
      const forward = saved({ port: await serving(page), target, page: '/' })
      await service.save({ forward })
      await service.open({ id: forward.id, operation: null })
    }
    expect(opened.every(url => url.startsWith('http://127.0.0.1:'))).toBe(true)
    expect(warned).toHaveLength(1)
    expect(warned[0]).toContain('gpu-box and web1 share cookies')
  })

  test('a service that accepts only localhost is opened there, on a port of Hawser’s own range', async () => {
    const port = await serving((request, response) => {
      const known = /^(localhost|127\.0\.0\.1):/.test(request.headers.host ?? '')
      response.writeHead(known ? 200 : 403).end(known ? 'the page' : 'Invalid Host header')
    })
    const { service, opened } = await rig()
    await service.forwardPort({ target: gpu, port, open: true, page: { path: '/', secure: false }, operation: null })
    const url = new URL(opened[0] ?? '')
    expect(url.hostname).toBe('localhost')
    expect(Number(url.port)).toBeGreaterThanOrEqual(40_000)
    // Node's fetch may prefer IPv6, and both families are listened on.
    expect(await body(opened[0] as string)).toBe('the page')
  })

  test('waiting for a page that never responds is cancelled, and a forward created only for it is removed', async () => {
    // A socket that nobody reads never ends.
    const silent = createServer(socket => socket.on('error', () => {}).resume())
    const port = await listenOn(silent)
    onTestFinished(() => void silent.close())
    const { service, opened } = await rig()
    const [first, second] = [operation(), operation()]
    const named = { path: '/', secure: false }
    const opening = service.forwardPort({ target: gpu, port, open: true, page: named, operation: first })
    await waitFor(() => expect(service.summary.up).toBe(1))
    service.cancel({ operation: first })
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    await waitFor(() => expect(service.list().forwards).toEqual([]))
    const forward = saved({ port, page: '/' })
    await service.save({ forward })
    const again = service.open({ id: forward.id, operation: second })
    await waitFor(() => expect(service.summary.up).toBe(1))
    // A repeated ID is a bug of the caller; an unknown one is ignored.
    await expect(service.open({ id: forward.id, operation: second })).rejects.toMatchObject({ code: 'invalid-input' })
    service.cancel({ operation: operation() })
    // Stopping it also ends the wait.
    await service.stop({ id: forward.id })
    await expect(again).rejects.toMatchObject({ code: 'cancelled' })
    expect(opened).toEqual([])
  })

  test('a connection that is being made is cancelled', async () => {
    const { service } = await rig({
      lease: (_target, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    })
    const forward = saved({ port: 1, page: '/' })
    await service.save({ forward })
    const id = operation()
    const opening = service.open({ id: forward.id, operation: id })
    await waitFor(() => expect(service.summary.waiting).toBe(1))
    service.cancel({ operation: id })
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    expect(service.summary.waiting).toBe(0)
  })

  test('a port that is ignored, or of a host with the rule never, is not listed', async () => {
    const { service } = await rig({
      runLive: async () =>
        scanOf(
          [
            [21_000, 1000],
            [21_001, 1000],
          ],
          1000,
        ),
    })
    service.watch({ targets: [gpu] })
    await waitFor(() => expect(service.list().found).toHaveLength(2))
    await service.ignorePort({ target: gpu, port: 21_000 })
    expect(service.list().found.map(({ port }) => port)).toEqual([21_001])
    await service.setRule({ target: gpu, rule: 'never' })
    expect(service.list().found).toEqual([])
  })

  test('a user’s own preset replaces one with its ID, and is removed', async () => {
    const { service, presets } = await rig()
    const [preset] = service.list().presets
    if (!preset) throw new Error('no preset')
    await presets.save({ preset: { ...preset, name: 'Mine' } })
    expect(service.list().presets.find(({ id }) => id === preset.id)?.name).toBe('Mine')
    await presets.remove({ id: preset.id })
    expect(service.list().presets.find(({ id }) => id === preset.id)?.name).toBe(preset.name)
  })

  test('a port below 1024 in a link is replaced by one of Hawser’s own range', async () => {
    const { service, store } = await rig()
    await service.forwardPort({ target: gpu, port: 80, open: false, page: null, operation: null })
    const address = store.addressOf(gpu)
    expect(service.list().forwards[0]?.listening).toEqual({ kind: 'tcp', address, port: 40_080 })
    // Something listens there, whether or not anything answers on the host's port 80.
    const answer = new Promise(resolve => get(`http://${address}:40080/`).on('error', resolve).on('response', resolve))
    expect(await answer).not.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
