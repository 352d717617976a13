import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId, TerminalSnapshot, ToTerminal } from '../../shared/contract/terminals.ts'
import { completeHop, dialRig, trusting } from '../../testing/dial.ts'
import { startTestServer, type ServerEvent, type TestServerOptions } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import type { PlannedHop } from '../ssh/connection-plan.ts'
import { usualOptions, type SessionOptions } from '../ssh/hop-options.ts'
import type { Shell } from './shell.ts'
import { startLocalShell } from './local-shell.ts'
import { TerminalService } from './terminal-service.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const size = { cols: 80, rows: 24 }
const remote: Target = { kind: 'address', address: '127.0.0.1', port: null, user: null, jumps: [], keyFile: null }
const local: Target = { kind: 'local' }
const newId = () => crypto.randomUUID() as TerminalId

interface Environment {
  readonly env?: NodeJS.ProcessEnv
  readonly session?: SessionOptions
}

/** The window's end of a terminal's port. */
class FakePort {
  text = ''
  disposed = false
  #receive: (message: unknown) => void = () => {}
  #waits: (() => void)[] = []
  post(message: unknown): void {
    const sent = message as ToTerminal
    if ('data' in sent) this.text += Buffer.from(sent.data).toString()
    else if ('replay' in sent) this.text += Buffer.from(sent.replay.bytes).toString()
    for (const wake of this.#waits.splice(0)) wake()
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#receive = listener
  }
  onClosed(): void {}
  dispose(): void {
    this.disposed = true
  }
  type(text: string): void {
    this.#receive({ input: new TextEncoder().encode(text) })
  }
  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>(resolve => this.#waits.push(resolve))
  }
}

async function setUp(
  options: TestServerOptions = { password: 'pw', shell: 'echo' },
  answers = ['pw'],
  { env = {}, session = usualOptions.session }: Environment = {},
) {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const events: ServerEvent[] = []
  const server = await startTestServer(options, event => events.push(event))
  const rig = dialRig(folder, trusting(...answers))
  const ports = new Map<string, FakePort>()
  const news: string[] = []
  const service = new TerminalService({
    lease: (plan, leaseOptions) => rig.pool.lease(plan, leaseOptions),
    prepare: () =>
      Promise.resolve([
        completeHop({ port: server.port, options: { ...usualOptions, session } } as Partial<PlannedHop>, 0),
      ]),
    shellOf: () => Promise.resolve('bash'),
    startLocal: wanted => startLocalShell({ program: '/bin/sh', size: wanted, env: process.env }),
    openPort: id => {
      const port = new FakePort()
      ports.set(id, port)
      return port
    },
    env,
    onNews: kind => news.push(kind),
    reconnects: () => false,
    showsWindows: () => true,
    redial: () => expect.unreachable('It does not reconnect.'),
    reportBug: (_where, error) => expect.unreachable(String(error)),
  })
  ends.push(
    () => server.close(),
    () => rig.stop(),
    () => service.dispose(),
  )
  /** Resolves once main has announced a state of this kind. */
  const announced = (id: TerminalId, kind: string) =>
    new Promise<TerminalSnapshot>(resolve => {
      const stop = service.onChanged(all => {
        const found = all.find(each => each.id === id && each.state.kind === kind)
        if (!found) return
        stop.dispose()
        resolve(found)
      })
    })
  return { service, server, events, ports, news, announced }
}

describe('TerminalService', () => {
  it('opens a shell on a server, whose port carries what is typed and shown', async () => {
    const { service, ports, news, announced } = await setUp()
    const id = newId()
    const ready = announced(id, 'ready')
    await service.open({ id, target: remote, size })
    expect(await ready).toMatchObject({ id, target: remote })
    expect(await service.list()).toMatchObject([{ id, state: { kind: 'ready' } }])
    ports.get(id)?.type('typed')
    await ports.get(id)?.until('typed')
    expect(service.live).toBe(1)
    expect(news).toEqual(['connected'])
  })

  it('hands a running shell to a reloaded page, and none that isn’t running', async () => {
    const { service, ports } = await setUp()
    const id = newId()
    await service.open({ id, target: remote, size })
    ports.get(id)?.type('typed before')
    await ports.get(id)?.until('typed before')
    const portId = crypto.randomUUID()
    await service.attach({ id, portId })
    expect(ports.get(portId)?.text).toContain('typed before')
    ports.get(portId)?.type('and after')
    await ports.get(portId)?.until('and after')
    expect(service.live).toBe(1)
    service.closeAll()
    expect(() => service.attach({ id, portId: crypto.randomUUID() })).toThrow('This terminal is not connected.')
    expect(service.live).toBe(0)
  })

  it('fails with the reason, which stays readable, when the server refuses', async () => {
    const { service, news } = await setUp({ password: 'pw' }, ['wrong', 'wrong', 'wrong'])
    const id = newId()
    await expect(service.open({ id, target: remote, size })).rejects.toMatchObject({ code: 'auth-failed' })
    expect(await service.list()).toMatchObject([{ id, state: { kind: 'failed', error: { code: 'auth-failed' } } }])
    expect(service.live).toBe(0)
    expect(news).toEqual(['failed'])
  })

  it.each([
    { name: 'nothing where no SendEnv names it', sendEnv: [], setEnv: [], sent: [] },
    { name: 'what SendEnv names', sendEnv: ['LANG', 'LC_*'], setEnv: [], sent: ['LANG=en_AU.UTF-8', 'LC_TIME=C'] },
    { name: 'what SetEnv sets, rather', sendEnv: ['LANG'], setEnv: ['LANG=C.UTF-8'], sent: ['LANG=C.UTF-8'] },
    { name: 'the colours of its own terminal', sendEnv: ['COLORTERM'], setEnv: [], sent: ['COLORTERM=truecolor'] },
  ])('sends of its environment $name', async ({ sendEnv, setEnv, sent }) => {
    const env = { LANG: 'en_AU.UTF-8', LC_TIME: 'C', COLORTERM: 'no', HOME: '/x' }
    const session = { ...usualOptions.session, sendEnv, setEnv }
    const { service, events } = await setUp(undefined, undefined, { env, session })
    await service.open({ id: newId(), target: remote, size })
    expect(events.flatMap(event => (event.kind === 'env' ? [event.text] : []))).toEqual(sent)
  })

  it('opens a local shell, and reports its exit code', async () => {
    const { service, ports, announced, news } = await setUp()
    const id = newId()
    await service.open({ id, target: local, size })
    const exited = announced(id, 'exited')
    ports.get(id)?.type('exit 7\n')
    expect((await exited).state).toEqual({ kind: 'exited', exit: { code: 7, signal: null } })
    expect(ports.get(id)?.disposed).toBe(true)
    expect(news).toEqual([])
  })

  it('passes on a new size; one for an unknown terminal is ignored', async () => {
    const { service, events, announced } = await setUp()
    const id = newId()
    const ready = announced(id, 'ready')
    await service.open({ id, target: remote, size })
    await ready
    await service.resize({ id, size: { cols: 100, rows: 30 } })
    await service.resize({ id: newId(), size })
    await expect.poll(() => events.some(event => event.kind === 'resize')).toBe(true)
  })

  it('closes a shell; closing it again, or an unknown one, is ignored', async () => {
    const { service, ports, news, events } = await setUp()
    const id = newId()
    await service.open({ id, target: remote, size })
    await service.close({ id })
    await service.close({ id })
    await service.close({ id: newId() })
    expect(await service.list()).toEqual([])
    expect(service.live).toBe(0)
    expect(ports.get(id)?.disposed).toBe(true)
    expect(news).toEqual(['connected', 'closed'])
    await expect.poll(() => events.some(event => event.kind === 'closed')).toBe(true)
  })

  it('cancels one that is still connecting, which is not a failure', async () => {
    const { service, news } = await setUp({ password: 'pw', mute: true })
    const id = newId()
    const opening = service.open({ id, target: remote, size })
    const failed = expect(opening).rejects.toMatchObject({ code: 'cancelled' })
    await service.close({ id })
    await failed
    expect(await service.list()).toEqual([])
    expect(news).toEqual([])
  })

  it('replaces a shell that is opened again under its id', async () => {
    const { service, ports } = await setUp({ password: 'pw', shell: 'echo' }, ['pw', 'pw'])
    const id = newId()
    await service.open({ id, target: remote, size })
    const old = ports.get(id)
    await service.open({ id, target: remote, size })
    expect(old?.disposed).toBe(true)
    expect(await service.list()).toHaveLength(1)
    expect(service.live).toBe(1)
    ports.get(id)?.type('again')
    await ports.get(id)?.until('again')
  })

  it('reports a lost connection, and releases the shell', async () => {
    const { service, server, announced, news } = await setUp()
    const id = newId()
    await service.open({ id, target: remote, size })
    const lost = announced(id, 'lost')
    server.close()
    await lost
    expect(service.live).toBe(0)
    expect(news).toEqual(['connected', 'lost'])
  })

  it('announces once for many changes, and nothing after dispose', async () => {
    const { service, announced } = await setUp()
    const id = newId()
    const ready = announced(id, 'ready')
    await service.open({ id, target: remote, size })
    await ready
    let heard = 0
    service.onChanged(() => heard++)
    await service.close({ id })
    service.dispose()
    await new Promise(resolve => setImmediate(resolve))
    expect(heard).toBe(0)
    expect(service.live).toBe(0)
  })

  it('shows what a shell has said that had already ended when it was opened', async () => {
    const port = new FakePort()
    const shell: Shell = {
      onData: listener => listener(Buffer.from('This account is not available.')),
      onEnd: listener => listener({ kind: 'exited', exit: { code: 1, signal: null } }),
      ...{ write: () => {}, resize: () => {}, pause: () => {}, resume: () => {}, dispose: () => {} },
    }
    const service = new TerminalService({
      lease: () => Promise.reject(new Error('never asked')),
      prepare: () => Promise.reject(new Error('never asked')),
      shellOf: () => Promise.resolve('bash'),
      startLocal: () => Promise.resolve(shell),
      openPort: () => port,
      env: {},
      onNews: () => {},
      reconnects: () => false,
      showsWindows: () => true,
      redial: () => expect.unreachable('Nothing was lost.'),
      reportBug: () => {},
    })
    ends.push(() => service.dispose())
    await service.open({ id: newId(), target: local, size })
    expect(port.text).toBe('This account is not available.')
    expect(service.list().map(({ state }) => state)).toEqual([{ kind: 'exited', exit: { code: 1, signal: null } }])
    expect(service.live).toBe(0)
  })

  it('reports what could not even be prepared', async () => {
    const { service: _unused } = await setUp()
    const service = new TerminalService({
      lease: () => Promise.reject(new Error('never asked')),
      prepare: () => Promise.reject(new AppError('not-found', 'This host is gone.')),
      shellOf: () => Promise.resolve('bash'),
      startLocal: () => Promise.reject(new AppError('not-found', 'No such shell.')),
      openPort: () => new FakePort(),
      env: {},
      onNews: () => {},
      reconnects: () => false,
      showsWindows: () => true,
      redial: () => expect.unreachable('Nothing was lost.'),
      reportBug: () => {},
    })
    ends.push(() => service.dispose())
    await expect(service.open({ id: newId(), target: remote, size })).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.open({ id: newId(), target: local, size })).rejects.toMatchObject({ code: 'not-found' })
    expect((await service.list()).map(({ state }) => state.kind)).toEqual(['failed', 'failed'])
  })
})
