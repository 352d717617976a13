import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { snippet, type RunId, type RunRow, type RunSnapshot, type Snippet } from '../../shared/contract/snippets.ts'
import type { HostId } from '../../shared/contract/hosts.ts'
import { buildTestServices } from '../../testing/build-test-services.ts'
import { listenOn } from '../../testing/forward-rig.ts'
import { freePort, hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { eachWith } from '../../testing/programs.ts'

const given = { cwd: null, selection: null, clipboard: null }

interface TestHost {
  readonly label: string
  readonly port?: number
  readonly keyFile?: string
}

/** The program's own services, with trusted hosts on a real server. */
async function setUp(hosts: readonly TestHost[], lines: readonly string[] = []) {
  const folder = tempDir()
  const server = await startOpenSsh(join(folder, 'server'), lines)
  onTestFinished(() => server.stop())
  mkdirSync(join(folder, 'ssh'))
  mkdirSync(join(folder, 'data'))
  const [type, key] = readFileSync(join(folder, 'server/host_ed.pub'), 'utf8').split(' ')
  writeFileSync(join(folder, 'ssh/known_hosts'), `[127.0.0.1]:${server.port} ${type} ${key}\n`)
  const saved = hosts.map(({ label, port, keyFile }) => ({
    id: randomUUID(),
    label,
    address: '127.0.0.1',
    port: port ?? server.port,
    user: server.user,
    signIn: 'key',
    keyFile: keyFile ?? server.id,
  }))
  writeFileSync(join(folder, 'data/hosts.json'), JSON.stringify({ version: 1, data: { hosts: saved, groups: [] } }))
  const { built, bugs } = await buildTestServices(folder)
  onTestFinished(() => built.dispose())
  const { runs, snippets } = built.services
  const targets = saved.map(({ id }) => ({ kind: 'host' as const, hostId: id as HostId }))
  let latest: readonly RunSnapshot[] = []
  let most = 0
  runs.onChanged(all => {
    latest = all
    const busy = (row: RunRow) => /^(connecting|asking|running)$/.test(row.state.kind)
    most = Math.max(most, ...all.map(run => run.rows.filter(busy).length))
  })
  return {
    folder,
    server,
    built,
    runs,
    snippets,
    bugs,
    most: () => most,
    save: async (command: string, rest: Partial<Snippet> = {}) => {
      const made = snippet.parse({ id: randomUUID(), name: 'Test', command, mode: 'background', ...rest })
      await snippets.save({ snippet: made })
      return made.id
    },
    start: async (id: Snippet['id'], values: Record<string, string> = {}, only = targets) =>
      runs.start({ snippetId: id, mode: 'background', targets: only, values, given }),
    rows: (id: RunId) => latest.find(run => run.id === id)?.rows ?? [],
    over: (id: RunId, timeout = 30_000) =>
      expect
        .poll(
          () => (latest.find(run => run.id === id)?.rows ?? [{ state: { kind: 'x' } }]).map(row => row.state.kind),
          { timeout },
        )
        .toSatisfy((kinds: string[]) => kinds.every(kind => /^(ended|failed|stopped)$/.test(kind))),
    output: async (id: RunId, row = 0) => {
      const { data } = await runs.output({ id, row, from: 0 })
      return Buffer.from(data).toString('utf8')
    },
  }
}

function truthOf({ state }: RunRow): string {
  if (state.kind === 'ended') return state.signal ?? String(state.code)
  return state.kind === 'failed' ? state.error.code : state.kind
}

describe.skipIf(!hasOpenSsh)('RunService', { timeout: 90_000 }, () => {
  it('reports the right result for each of thirty hosts: refusing, slow, dying halfway, and working', async () => {
    const refused = await freePort()
    // It accepts the connection and never sends anything.
    const mute = createServer(socket => socket.on('error', () => {}).resume())
    const silent = await listenOn(mute)
    onTestFinished(() => void mute.close())
    const many = (count: number, label: string, rest: Partial<TestHost> = {}) =>
      Array.from({ length: count }, (_each, index) => ({ label: `${label}-${index}`, ...rest }))
    const strange = join(tempDir(), 'strange')
    await new Promise(resolve =>
      spawn('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', strange]).once('exit', resolve),
    )
    const hosts = [
      ...many(3, 'refusing', { port: refused }),
      ...many(2, 'stranger', { keyFile: strange }),
      ...many(1, 'silent', { port: silent }),
      ...many(3, 'dying'),
      ...many(3, 'slow'),
      ...many(2, 'bad'),
      ...many(1, 'killed'),
      ...many(15, 'fine'),
    ]
    expect(hosts).toHaveLength(30)
    const { start, save, over, rows, output, runs, most, bugs } = await setUp(hosts)
    const id = await save(
      [
        'case {{host}} in',
        'dying*) echo half; sleep 0.3; kill -9 $PPID; sleep 5;;',
        'slow*) echo first; sleep 2; echo last;;',
        'bad*) echo wrong >&2; exit 3;;',
        'killed*) kill -TERM $$;;',
        'esac',
        'echo {{host}}',
      ].join('\n'),
    )
    const run = await start(id)
    const left = () => rows(run).filter(row => !/^(ended|failed|stopped)$/.test(row.state.kind))
    await expect.poll(() => left().map(row => row.label), { timeout: 60_000 }).toEqual(['silent-0'])
    await runs.stop({ id: run, row: 5 })
    await over(run)
    const truths: Record<string, string[]> = {}
    for (const row of rows(run)) (truths[row.label.replace(/-\d+$/, '')] ??= []).push(truthOf(row))
    expect(truths).toEqual({
      refusing: Array(3).fill('refused'),
      stranger: Array(2).fill('auth-failed'),
      silent: ['stopped'],
      dying: Array(3).fill('lost'),
      slow: Array(3).fill('0'),
      bad: Array(2).fill('3'),
      killed: ['TERM'],
      fine: Array(15).fill('0'),
    })
    expect(most()).toBe(10)
    expect(await output(run, 6)).toBe('half\n')
    expect(await output(run, 9)).toBe('first\nlast\nslow-0\n')
    expect(await output(run, 12)).toBe('wrong\n')
    const [a, b] = rows(run).slice(12, 14)
    expect(a?.digest).toBe(b?.digest)
    for (const row of rows(run)) expect((row.endedAt ?? 0) >= (row.startedAt ?? 0)).toBe(true)
    expect(bugs).toEqual([])
  })

  it('runs again where it failed, and nowhere else', async () => {
    const { folder, start, save, over, rows, output, runs } = await setUp([{ label: 'a' }, { label: 'b' }])
    const flag = join(folder, 'flag')
    const id = await save(`echo {{host}} >> {{log}}; [ {{host}} = a ] || [ -e {{flag}} ]`)
    const log = join(folder, 'log')
    const run = await start(id, { log, flag })
    await over(run)
    expect(rows(run).map(truthOf)).toEqual(['0', '1'])
    writeFileSync(flag, '')
    await runs.again({ id: run, all: false })
    await expect.poll(() => rows(run).map(truthOf)).toEqual(['0', '0'])
    expect(readFileSync(log, 'utf8').split('\n').toSorted()).toEqual(['', 'a', 'b', 'b'])
    expect(await output(run)).toBe('')
  })

  it('stops a remote program, even one that ignores SIGTERM', async () => {
    const { folder, start, save, over, rows, runs } = await setUp([{ label: 'meek' }, { label: 'stubborn' }])
    const pids = join(folder, 'pids')
    mkdirSync(pids)
    const id = await save(
      `[ {{host}} = stubborn ] && trap '' TERM\necho $$ > {{pids}}/{{host}}\nwhile :; do sleep 0.2; done`,
    )
    const run = await start(id, { pids })
    await expect.poll(() => readdirSync(pids).length, { timeout: 20_000 }).toBe(2)
    await runs.stop({ id: run, row: null })
    await over(run)
    expect(rows(run).map(row => row.state)).toEqual(Array(2).fill({ kind: 'stopped', sure: true }))
    for (const name of ['meek', 'stubborn']) {
      const pid = Number(readFileSync(join(pids, name), 'utf8'))
      await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
    }
  })

  it('keeps the beginning and the end of endless output, and returns all of that on request', async () => {
    const { folder, start, save, over, runs } = await setUp([{ label: 'a' }])
    const id = await save(`echo begin; head -c 5000000 /dev/zero | tr '\\0' x; echo; printf '\\033[31mend\\033[0m\\n'`)
    const run = await start(id)
    await over(run)
    let [from, left, seen] = [0, 0, '']
    for (let part = 0; part < 40; part++) {
      const answer = await runs.output({ id: run, row: 0, from })
      if (answer.data.length === 0) break
      ;[from, left, seen] = [answer.next, left + answer.left, seen + Buffer.from(answer.data).toString('utf8')]
    }
    expect(seen.startsWith('begin\nxxx')).toBe(true)
    expect(seen.endsWith('end\u001b[0m\n')).toBe(true)
    expect(left + seen.length).toBe(5_000_000 + 'begin\n\n'.length + 13)
    const path = await runs.saveTo({ id: run, folder })
    const text = readFileSync(path, 'utf8')
    expect(text).toMatch(/^=== a: exit 0 ===\nbegin\nx+\n\[\d+ bytes omitted\]\nx+\nend\n$/)
    expect(await runs.text({ id: run })).toBe(text)
    await expect(async () => runs.saveTo({ id: run, folder: join(folder, 'none') })).rejects.toThrow(
      'Choose another folder',
    )
  })

  it('keeps a hidden value off the disk, and other values for next time', async () => {
    const { folder, start, save, over, output, snippets, built } = await setUp([{ label: 'a' }])
    const id = await save(`printf '[%s]' {{word!}} {{name:x}}; ps -eo args | grep -c '[c]anary-5' || true`)
    const run = await start(id, { word: 'canary-5', name: 'shown' })
    await over(run)
    expect(await output(run)).toBe('[canary-5][shown]0\n')
    await built.flush()
    for (const file of readdirSync(join(folder, 'data')))
      expect(readFileSync(join(folder, 'data', file), 'utf8'), file).not.toContain('canary-5')
    const { last } = await snippets.asking({ id, target: null, given })
    expect(last).toEqual({ name: 'shown' })
  })

  eachWith([['bash'], ['dash'], ['zsh'], ['fish'], ['tcsh']], ([shell]) => shell)(
    'puts values in as one word where the far shell is %s',
    async shell => {
      const lines = [`SetEnv SHELL=/usr/bin/${shell}`, 'ForceCommand exec "$SHELL" -c "$SSH_ORIGINAL_COMMAND"']
      const server = await setUp([{ label: 'a' }], lines)
      const id = await server.save(`printf '<%s>' {{a}} "{{a}}" '{{b}}' {{c}}`)
      const values = { a: `it's "$HOME" \\ ! $(id) ;id`, b: `x\ny`, c: '' }
      const run = await server.start(id, values)
      await server.over(run)
      expect(await server.output(run)).toBe(`<${values.a}><${values.a}><${values.b}><>`)
    },
  )

  it('needs every value before anything is dialed', async () => {
    const { start, save, runs } = await setUp([{ label: 'a' }])
    const id = await save('echo {{missing}}')
    await expect(start(id)).rejects.toThrow('Enter a value for missing.')
    expect(await runs.list()).toEqual([])
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
