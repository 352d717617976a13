import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { mkdirSync } from 'node:fs'

import { forward, type Forward } from '../shared/contract/forwards.ts'
import type { Target } from '../shared/contract/targets.ts'
import { forwardFile } from '../main/forwards/forward-record.ts'
import { ForwardRunner } from '../main/forwards/forward-runner.ts'
import { ForwardService, type ForwardServiceParts } from '../main/forwards/forward-service.ts'
import { ForwardStore } from '../main/forwards/forward-store.ts'
import { PresetFinder } from '../main/presets/preset-finder.ts'
import { PresetService, type PresetServiceParts } from '../main/presets/preset-service.ts'
import { PresetStore } from '../main/presets/preset-store.ts'
import type { ConnectionPlan } from '../main/ssh/connection-plan.ts'
import { runScript } from '../main/ssh/run-script.ts'
import type { Script } from '../main/ssh/script.ts'
import { JsonFile } from '../main/storage/json-file.ts'
import { completeHop, dialRig, trusting, type DialRig } from './dial.ts'
import { startOpenSsh } from './open-ssh.ts'

export interface ForwardRig {
  readonly dial: DialRig
  /** Starts one forward; it is stopped with the rig. */
  run(input: Partial<Forward> & Pick<Forward, 'kind' | 'listen' | 'to'>): Promise<ForwardRunner>
  /** The number of connections that the server refused. */
  refused(): number
  stop(): void
}

/** Starts a private OpenSSH server for forwards. */
export async function forwardRig(
  folder: string,
  {
    lines = [],
    port,
    signIn = 'key',
  }: {
    readonly lines?: readonly string[]
    readonly port?: (real: number) => Promise<number>
    readonly signIn?: 'key' | 'password'
  } = {},
): Promise<ForwardRig> {
  mkdirSync(folder, { recursive: true })
  const server = await startOpenSsh(folder, lines)
  const dial = dialRig(folder, trusting())
  const at = (await port?.(server.port)) ?? server.port
  const hop = completeHop({ port: at, user: server.user, signIn, keyFile: server.id }, 0)
  const runners: ForwardRunner[] = []
  let refused = 0
  return {
    dial,
    run: async input => {
      const whole = forward.parse({
        id: randomUUID(),
        label: 'test',
        target: { kind: 'address', address: '127.0.0.1' },
        ...input,
      })
      const runner = new ForwardRunner(whole, {
        lease: options => dial.pool.lease([hop], { ...options, noSessions: true }),
        ...dial.redial(at),
        onChanged: () => {},
        onRefused: () => refused++,
        reportBug: (_where, error) => {
          throw error
        },
      })
      runners.push(runner)
      await runner.start(false)
      return runner
    },
    refused: () => refused,
    stop: () => {
      for (const runner of runners) runner.dispose()
      dial.stop()
      server.stop()
    },
  }
}

export interface ForwardServiceRig {
  readonly service: ForwardService
  readonly store: ForwardStore
  readonly presets: PresetService
  readonly presetStore: PresetStore
  readonly dial: DialRig
  readonly opened: string[]
  readonly copied: string[]
  readonly warned: string[]
  readonly bugs: unknown[]
  stop(): void
}

/** The services over a private OpenSSH server, which every target leads to, whatever its address. */
export async function forwardServiceRig(
  folder: string,
  overrides: Partial<ForwardServiceParts & Pick<PresetServiceParts, 'run'>> = {},
): Promise<ForwardServiceRig> {
  const home = join(folder, 'server')
  mkdirSync(home, { recursive: true })
  const server = await startOpenSsh(home)
  const dial = dialRig(folder, trusting())
  const hop = completeHop({ port: server.port, user: server.user, signIn: 'key', keyFile: server.id }, 0)
  const plan = [hop] as unknown as ConnectionPlan
  const path = join(folder, 'forwards.json')
  const initial = forwardFile.parse({})
  const file = await JsonFile.open({ path, schema: forwardFile, initial, showNotice: () => {} })
  const [store, presetStore] = [new ForwardStore(file), new PresetStore(file)]
  const [opened, copied, warned, bugs] = [[] as string[], [] as string[], [] as string[], [] as unknown[]]
  const run = async (_target: Target, script: Script, signal: AbortSignal) => {
    const lease = await dial.pool.lease(plan, { onStep: () => {}, signal })
    try {
      return (await runScript(lease.connection, script, { signal })).output.toString('utf8')
    } finally {
      lease.dispose()
    }
  }
  const nameOf = (target: Target) => (target.kind === 'address' ? target.address : target.kind)
  const service = new ForwardService({
    store,
    services: new PresetFinder({ store: presetStore, runLive: overrides.runLive ?? run }),
    lease: (_target, options) => dial.pool.lease(plan, { ...options, noSessions: true }),
    runLive: run,
    redial: (_target, lost) => dial.redial(server.port).redial(lost),
    hurry: () => dial.redial(server.port).hurry(),
    nameOf,
    live: () => [],
    openPage: url => void opened.push(url),
    copy: text => void copied.push(text),
    warn: text => void warned.push(text),
    reportBug: (_where, error) => void bugs.push(error),
    ...overrides,
  })
  const presets = new PresetService({ store: presetStore, forwards: service, run: overrides.run ?? run, nameOf })
  const stop = () => {
    presets.dispose()
    service.dispose()
    dial.stop()
    server.stop()
  }
  return { service, store, presets, presetStore, dial, opened, copied, warned, bugs, stop }
}

/** Starts a TCP server on loopback; resolves to its port. */
export async function listenOn(server: Server, at: number | string = 0): Promise<number> {
  await new Promise<void>(resolve =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  )
  return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port
}

/** Echoes its input. */
export function echoServer(): Server {
  return createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
}
