import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import { contract } from '../../shared/contract/contract.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { dialRig, trusting } from '../../testing/dial.ts'
import { withLoginShell } from '../../testing/login-shell.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { eachWith, lacks } from '../../testing/programs.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import type { Connection } from '../ssh/connection.ts'
import { runScript } from '../ssh/run-script.ts'
import type { Script } from '../ssh/script.ts'
import { SessionService } from './session-service.ts'

const target: Target = { kind: 'address', address: 'gpu-box', port: 22, user: 'ada', jumps: [], keyFile: null }
const never = new AbortController().signal

/** A real host with a tmux of its own, and the service on two connections to it. */
async function setUp(lines: (folder: string) => readonly string[] = () => []) {
  const folder = tempDir()
  const servers = tmuxServers()
  // The host finds the same tmux as this process: other versions are tested by putting them first in PATH.
  const set = `SetEnv "PATH=${process.env['PATH']}" TMUX_TMPDIR=${servers.env.TMUX_TMPDIR} SCREENDIR=${servers.env.SCREENDIR} LANG=C.UTF-8`
  const server = await startOpenSsh(folder, [set, ...lines(folder)])
  const rig = dialRig(folder, trusting())
  const other = dialRig(join(folder, 'other'), trusting())
  const hop = { port: server.port, user: server.user, signIn: 'key' as const, keyFile: server.id }
  const connection = await rig.dial(hop)
  const run = async (_target: Target, script: Script, signal: AbortSignal) => {
    const { code, output, errors } = await runScript(connection, script, { signal })
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    return output.toString()
  }
  const service = new SessionService({ run, runLive: run, nameOf: () => 'gpu-box' })
  onTestFinished(() => {
    service.dispose()
    rig.stop()
    other.stop()
    servers.stop()
    server.stop()
  })
  const list = async () => (await service.list({ target, connect: false }))?.sessions ?? []
  /** Attaches a terminal, as a tab does. */
  const attach = async (to: Connection, run: SessionRun) => {
    const size = { cols: 80, rows: 24 }
    const id = run.kind === 'tmux' ? run.known?.id : undefined
    const command = `exec tmux -u attach-session -t '${id}'`
    const { channel } = await to.shell({ size, term: 'xterm', env: {}, command }, never)
    channel.resume()
    onTestFinished(() => void channel.close())
  }
  const home = realpathSync(join(folder, 'home'))
  return { ...servers, service, list, attach, connection, dialOther: () => other.dial(hop), folder, home }
}

it('says of a host with no room on its connection what to do', async () => {
  const full = new AppError('too-many-connections', 'No more sessions are available.')
  const runLive = () => Promise.reject(full)
  const service = new SessionService({ run: async () => '', runLive, nameOf: () => 'gpu-box' })
  await expect(service.list({ target, connect: false })).rejects.toThrow(
    'gpu-box allows nothing more on this connection. Try again to open another one.',
  )
  expect(await service.list({ target, connect: true })).toEqual({ tmux: null, sessions: [], problems: [] })
  service.dispose()
})

const hard = [
  'two words',
  `it's "quoted"`,
  ';ls',
  '$(touch never)',
  '`x`',
  '-t',
  '--',
  '@1',
  '%5',
  '=x',
  '{last}',
  '*',
  '!',
  'naïve ✓ 中',
  'back\\slash',
  '~',
  "a'b'c",
]

describe.skipIf(!hasOpenSsh || lacks('tmux'))('the sessions of a host', () => {
  it('are listed with what runs in them, where, and how many terminals are attached', async () => {
    const { service, list, attach, connection } = await setUp()
    expect(await service.list({ target, connect: true })).toEqual({
      tmux: expect.stringMatching(/^\d/),
      sessions: [],
      problems: [],
    })
    const run = await service.create({ target, name: 'build', folder: '' })
    expect(run).toEqual({
      kind: 'tmux',
      socket: 'default',
      session: 'build',
      known: { id: '$0', created: expect.any(Number) },
    })
    await expect.poll(list).toMatchObject([{ run, name: 'build', windows: 1, clients: 0, folder: '~' }])
    const [session] = await list()
    expect(session?.command).toMatch(/sh$/)
    expect(Math.abs(Date.now() - (session?.created ?? 0))).toBeLessThan(60_000)
    await attach(connection, run)
    await expect.poll(list).toMatchObject([{ clients: 1 }])
  })

  it('are those of Hawser’s own tmux, too', async () => {
    const { list, env, service } = await setUp()
    spawnSync('tmux', ['-L', 'hawser', 'new-session', '-d', '-s', 'kept'], { env: { ...process.env, ...env } })
    const [session] = await list()
    expect(session?.run).toMatchObject({ socket: 'hawser', session: 'kept' })
    await service.end({ target, runs: [session!.run] })
    expect(await list()).toEqual([])
  })

  it('that keep a terminal’s shell are found after a rename, by the name that the terminal knows', async () => {
    const { list, env, service } = await setUp()
    const hawser = (...args: readonly string[]) =>
      spawnSync('tmux', ['-L', 'hawser', ...args], { env: { ...process.env, ...env } })
    hawser('new-session', '-d', '-s', 'box-1', ';', 'set-option', '-t', '=box-1:', '@hawser', 'box-1')
    hawser('new-session', '-d', '-s', 'box-2', ';', 'set-option', '-t', '=box-2:', '@hawser', 'box-2')
    const run: SessionRun = { kind: 'tmux', socket: 'hawser', session: 'box-1', start: true }
    await service.rename({ target, run, name: 'training' })
    const found = (await list()).find(({ name }) => name === 'training')
    expect(found?.run).toMatchObject({ session: 'training', kept: 'box-1' })
    await service.end({ target, runs: [run] })
    expect((await list()).map(({ name }) => name)).toEqual(['box-2'])
  })

  it.each(hard)('start, are renamed and end under the name %s', async name => {
    const { service, list, folder } = await setUp()
    for (const each of ['first', 'last']) await service.create({ target, name: each, folder: '' })
    const run = await service.create({ target, name, folder: '' })
    const names = async () => (await list()).map(each => each.name).toSorted()
    const shown = run.session
    expect(await names()).toEqual(['first', 'last', shown].toSorted())
    await service.rename({ target, run, name: 'plain' })
    expect(await names()).toEqual(['first', 'last', 'plain'])
    await service.rename({ target, run, name })
    expect(await names()).toEqual(['first', 'last', shown].toSorted())
    await expect(service.create({ target, name: 'first', folder: '' })).rejects.toMatchObject({ code: 'exists' })
    await expect(service.rename({ target, run, name: 'first' })).rejects.toMatchObject({ code: 'exists' })
    await service.end({ target, runs: [run] })
    expect(await names()).toEqual(['first', 'last'])
    expect(existsSync(join(folder, 'home', 'never'))).toBe(false)
  })

  it('get the name that tmux allows, and none that it would expand or that has a line break', async () => {
    const { service, list } = await setUp()
    expect(await service.create({ target, name: 'v1.2:x', folder: '' })).toMatchObject({ session: 'v1_2_x' })
    expect((await list()).map(({ name }) => name)).toEqual(['v1_2_x'])
    const input = contract.sessions.create.input
    for (const name of ['', '  ', '#S', '#(touch x)', 'a\nb', 'a\0b', 'x'.repeat(101)])
      expect(input.safeParse({ target, name, folder: '' }).success, name).toBe(false)
  })

  it('start in a folder, with the locale of the host', async () => {
    const { service, list, home, tmux } = await setUp()
    const deep = join(home, `it's #{pid} $x`)
    mkdirSync(deep)
    const shown = `~/it's #{pid} $x`
    await service.create({ target, name: 'a', folder: `~/it's #{pid} $x` })
    await expect.poll(list).toMatchObject([{ folder: shown }])
    await service.create({ target, name: 'b', folder: deep })
    expect((await list()).map(({ folder }) => folder)).toEqual([shown, shown])
    await expect(service.create({ target, name: 'c', folder: '/no/such' })).rejects.toThrow(
      'gpu-box has no folder /no/such',
    )
    expect(tmux('show-environment', '-g')).not.toMatch(/^LC_ALL=|homebrew/m)
  })

  it('that have ended, or that another server has in their place, are left alone', async () => {
    const { service, list, tmux } = await setUp()
    const run = await service.create({ target, name: 'build', folder: '' })
    tmux('kill-server')
    await new Promise(resolve => setTimeout(resolve, 1_100))
    await service.create({ target, name: 'build', folder: '' })
    await expect(service.rename({ target, run, name: 'x' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(service.detachOthers({ target, run })).rejects.toMatchObject({ code: 'not-found' })
    await service.end({ target, runs: [run] })
    expect((await list()).map(({ name }) => name)).toEqual(['build'])
  })

  it('lose the terminals of other connections, and keep those of this one', async () => {
    const { service, attach, connection, dialOther, tmux, list } = await setUp()
    const run = await service.create({ target, name: 'build', folder: '' })
    const other = await dialOther()
    await attach(other, run)
    await expect.poll(list).toMatchObject([{ clients: 1 }])
    const strangers = tmux('list-clients', '-F', '#{client_tty}')
    await attach(connection, run)
    await expect.poll(list).toMatchObject([{ clients: 2 }])
    expect(await service.detachOthers({ target, run })).toBe(1)
    await expect.poll(list).toMatchObject([{ clients: 1 }])
    expect(tmux('list-clients', '-F', '#{client_tty}')).not.toContain(strangers)
    expect(await service.detachOthers({ target, run })).toBe(0)
  })

  it.skipIf(lacks('screen'))('are those of screen, too', async () => {
    const { service, list, ...servers } = await setUp()
    const env = { ...process.env, ...servers.env }
    for (const name of ['a b', '-x'])
      expect(spawnSync('screen', ['-dmS', name, 'sleep', '600'], { env }).status).toBe(0)
    await service.create({ target, name: 'tmux', folder: '' })
    const found = await list()
    expect(found.map(({ name, clients }) => [name, clients])).toEqual(
      expect.arrayContaining([
        ['tmux', 0],
        ['a b', 0],
        ['-x', 0],
      ]),
    )
    await service.end({ target, runs: found.map(({ run }) => run) })
    await expect.poll(list).toEqual([])
  })

  eachWith([['bash'], ['zsh'], ['fish'], ['tcsh'], ['busybox']], ([name]) => name)(
    'are found through %s',
    async shell => {
      const program = shell === 'busybox' ? 'busybox ash' : shell
      const noisy = (folder: string) =>
        withLoginShell(folder, `echo hello from the profile; exec ${program} -c "$line"`)
      const { service, list } = await setUp(noisy)
      const run = await service.create({ target, name: `it's $HOME`, folder: '' })
      expect((await list()).map(each => each.run)).toEqual([run])
      expect(await service.detachOthers({ target, run })).toBe(0)
      await service.end({ target, runs: [run] })
      expect(await list()).toEqual([])
    },
  )
})
