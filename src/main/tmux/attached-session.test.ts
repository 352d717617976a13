import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { attachTerminal, historyOf, screenOf, showPane, startOn } from '../../testing/tmux-control.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import { panesOf } from './layout.ts'

const size = { cols: 80, rows: 24 }
const wait = { timeout: 10_000 }

function setUp() {
  const servers = tmuxServers()
  onTestFinished(() => servers.stop())
  const attach = async (options: { create?: boolean; size?: typeof size; scrollback?: number } = {}) => {
    const { create = true, size: wanted = size, scrollback = 20_000 } = options
    if (create) servers.tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', 'work')
    const run = { kind: 'tmux', socket: 'default', session: 'work' } as const
    const attached = await attachTerminal(run, { env: servers.env, size: wanted, scrollback })
    onTestFinished(() => attached.session.dispose())
    return attached
  }
  const start = (program: string) => servers.tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', 'work', program)
  const captured = () => rowsOf(servers.tmux('capture-pane', '-p', '-N', '-t', '=work:'))
  return { ...servers, attach, start, captured }
}

const rowsOf = (text: string) => text.split('\n').map(line => line.trimEnd())
const filled = (rows: readonly string[]) => rows.join('\n').trimEnd().split('\n')
const type = (text: string) => Buffer.from(text)

it.skipIf(lacks('tmux'))('starts a session, types into it and sees its output', async () => {
  const { attach } = setUp()
  const { shell, terminal } = await attach()
  shell.write(type('printf "%s-%s\\n" naïve 漢字\r'))
  await expect.poll(() => screenOf(terminal), wait).toContain('naïve-漢字')
})

it.skipIf(lacks('tmux'))('sends every byte as typed', async () => {
  const { attach, start, env } = setUp()
  const file = join(env.TMUX_TMPDIR, 'typed')
  const bytes = Uint8Array.from({ length: 5_000 }, (_, at) => at % 256)
  start(`stty raw -echo; printf ready; head -c ${bytes.length} >'${file}'; printf done; sleep 1000`)
  const { shell, terminal } = await attach()
  await expect.poll(() => screenOf(terminal)[0], wait).toBe('ready')
  shell.write(bytes)
  await expect.poll(() => screenOf(terminal)[0], wait).toBe('readydone')
  expect(new Uint8Array(readFileSync(file))).toEqual(bytes)
})

it.skipIf(lacks('tmux'))('shows the history, the screen and the cursor of a session that is there', async () => {
  const { attach, start, captured } = setUp()
  start(`seq 1 3000; printf 'a\\033[31mb'; sleep 1000`)
  await expect.poll(() => captured().join('\n'), wait).toContain('ab')
  const { terminal, drawn } = await attach()
  await drawn()
  expect(filled(screenOf(terminal))).toEqual(filled(captured()))
  const lines = historyOf(terminal)
  expect(lines.at(-1)).toBe(String(3_000 - 23))
  expect(lines.length).toBeGreaterThan(1_500)
  expect([terminal.buffer.active.cursorX, terminal.buffer.active.cursorY]).toEqual([2, 23])
})

it.skipIf(lacks('tmux'))('restores wrapped lines, modes and the alternate screen', async () => {
  const { attach, start, captured, tmux } = setUp()
  const modes = '\\033[?1h\\033[?1002h\\033[?1006h\\033[?25l'
  start(`printf '%0150d\\n' 1; printf '\\033[?1049h\\033[2J\\033[5;6Hfull${modes}'; sleep 1000`)
  await expect.poll(() => captured()[4], wait).toContain('full')
  const { terminal, drawn } = await attach()
  await drawn()
  expect(screenOf(terminal)[4]).toBe('     full')
  expect(terminal.buffer.active.type).toBe('alternate')
  expect(terminal.modes).toMatchObject({ applicationCursorKeysMode: true, mouseTrackingMode: 'drag' })
  expect(terminal.buffer.normal.getLine(1)?.isWrapped).toBe(true)
  // tmux 3.2 captures empty cells of joined lines as blanks.
  const line = /^tmux 3\.2/.test(tmux('-V')) ? /^0{69}1 *$/ : /^0{69}1$/
  expect(terminal.buffer.normal.getLine(1)?.translateToString(true)).toMatch(line)
})

it.skipIf(lacks('tmux'))('continues an escape sequence in whose middle it attached', async () => {
  const { attach, start, captured, env } = setUp()
  const go = join(env.TMUX_TMPDIR, 'go')
  start(`printf 'x\\033[3'; while ! [ -e '${go}' ]; do sleep 0.05; done; printf '1mred\\033]2;unfin'; sleep 1000`)
  await expect.poll(() => captured()[0], wait).toBe('x')
  const { terminal, drawn } = await attach()
  writeFileSync(go, '')
  await expect.poll(() => screenOf(terminal)[0], wait).toBe('xred')
  await drawn()
})

it.skipIf(lacks('tmux'))('turns window names into titles instead of printing them', async () => {
  const { attach, start } = setUp()
  start(`printf ready; read x; printf '\\033kname\\033\\\\after'; sleep 1000`)
  const { shell, terminal } = await attach()
  const titles: string[] = []
  terminal.onTitleChange(title => titles.push(title))
  shell.write(type('\r'))
  await expect.poll(() => screenOf(terminal).join(''), wait).toContain('after')
  expect(titles).toEqual(['name'])
  expect(screenOf(terminal).join('')).not.toContain('name')
})

it.skipIf(lacks('tmux'))('types into the program although another client has opened copy mode', async () => {
  const { attach, tmux } = setUp()
  const { shell, terminal } = await attach()
  tmux('copy-mode', '-t', '=work:')
  await expect.poll(() => tmux('display-message', '-p', '-t', '=work:', '#{pane_in_mode}'), wait).toBe('1')
  await new Promise(resolve => setTimeout(resolve, 100))
  shell.write(type('echo ty""ped\r'))
  await expect.poll(() => screenOf(terminal), wait).toContain('typed')
})

it.skipIf(lacks('tmux'))('announces windows and panes, and shows each of them', async () => {
  const { attach, tmux } = setUp()
  const { session, shell } = await attach()
  tmux('split-window', '-d', '-h', '-t', '=work:', 'echo beside; sleep 1000')
  tmux('new-window', '-d', '-n', 'two words', '-t', '=work:', 'echo behind; sleep 1000')
  await expect
    .poll(
      () => session.windows.map(({ name, layout, isNamedByProgram }) => [name, layout.kind, isNamedByProgram]),
      wait,
    )
    .toEqual([
      [expect.any(String), 'row', true],
      ['two words', 'pane', false],
    ])
  await expect.poll(() => shell.size.cols, wait).toBeLessThan(80)
  const [, beside, behind] = session.windows.flatMap(({ layout }) => panesOf(layout))
  for (const [place, text] of [[beside, 'beside'] as const, [behind, 'behind'] as const]) {
    const { terminal } = showPane(session.pane(place?.pane ?? -1))
    await expect.poll(() => screenOf(terminal)[0], wait).toBe(text)
    expect(terminal.cols).toBe(place?.width)
  }
  tmux('resize-pane', '-Z', '-t', `%${beside?.pane ?? ''}`)
  await expect.poll(() => session.windows[0]?.isZoomed, wait).toBe(true)
  expect(session.windows[0]?.visible).toMatchObject({ kind: 'pane', pane: beside?.pane, width: 80 })
})

it.skipIf(lacks('tmux'))('follows a new order of the windows, which tmux doesn’t announce', async () => {
  const { attach, tmux } = setUp()
  const { session } = await attach()
  tmux('new-window', '-d', '-n', 'second', '-t', '=work:', 'sleep 1000')
  await expect.poll(() => session.windows.at(-1)?.name, wait).toBe('second')
  tmux('swap-window', '-d', '-s', '=work:second', '-t', '=work:0')
  await expect.poll(() => session.windows[0]?.name, wait).toBe('second')
})

it.skipIf(lacks('tmux'))('keeps a window above which a pane floats, as tmux 3.7 can have', async () => {
  const { attach, tmux } = setUp()
  const { session, shell } = await attach()
  const seen: string[] = []
  session.onChanged(windows =>
    seen.push(windows.map(({ layout }) => panesOf(layout).map(({ pane }) => pane)).join(' ')),
  )
  if (tmux('list-commands', 'new-pane') === '') return
  const floating = tmux('new-pane', '-t', '=work:', '-P', '-F', '#{pane_id}', 'sleep 1000')
  tmux('rename-window', '-t', '=work:', 'after')
  await expect.poll(() => session.windows.map(({ name }) => name), wait).toEqual(['after'])
  tmux('kill-pane', '-t', floating)
  tmux('rename-window', '-t', '=work:', 'end')
  await expect.poll(() => session.windows.map(({ name }) => name), wait).toEqual(['end'])
  expect(new Set(seen)).toEqual(new Set(['0']))
  expect(session.windows[0]?.activePane).toBe(0)
  expect(shell.size).toEqual(size)
})

it.skipIf(lacks('tmux'))('gives each window a size of its own, or all that of the selected one', async () => {
  const { attach, tmux } = setUp()
  const { session } = await attach()
  tmux('new-window', '-d', '-t', '=work:', 'sleep 1000')
  await expect.poll(() => session.windows.length, wait).toBe(2)
  const [first, second] = session.windows.map(({ id }) => id)
  session.resize(first ?? -1, { cols: 100, rows: 30 })
  session.resize(second ?? -1, { cols: 91, rows: 21 })
  session.resize(second ?? -1, { cols: 90, rows: 20 })
  const sizes = () => tmux('list-windows', '-t', '=work', '-F', '#{window_width}x#{window_height}').split('\n')
  const hasOneForAll = /^tmux 3\.2/.test(tmux('-V'))
  await expect.poll(sizes, wait).toEqual(hasOneForAll ? ['100x30', '100x30'] : ['100x30', '90x20'])
  tmux('select-window', '-t', `@${second ?? ''}`)
  await expect.poll(sizes, wait).toEqual(hasOneForAll ? ['90x20', '90x20'] : ['100x30', '90x20'])
})

it.skipIf(lacks('tmux'))('ends when its pane, its session or tmux ends', async () => {
  const { attach, tmux } = setUp()
  const program = await attach()
  program.shell.write(type('exit\r'))
  expect(await program.ended).toEqual({
    kind: 'exited',
    exit: { code: null, signal: null },
    sentence: 'The session has ended.',
  })
  const pane = await attach()
  tmux('split-window', '-d', '-t', '=work:', 'sleep 1000')
  await expect.poll(() => pane.session.windows[0]?.layout.kind, wait).toBe('column')
  const end = new Promise(resolve => pane.shell.onEnd(resolve))
  pane.shell.write(type('exit\r'))
  expect(await end).toMatchObject({ kind: 'exited', sentence: '' })
  expect(pane.session.windows[0]?.layout.kind).toBe('pane')
  const killed = await attach()
  tmux('kill-session', '-t', '=work')
  expect(await killed.ended).toMatchObject({ kind: 'exited', sentence: 'The session has ended.' })
})

it.skipIf(lacks('tmux'))('says that another client has detached it', async () => {
  const { attach, tmux } = setUp()
  const { ended } = await attach()
  tmux('detach-client', '-s', '=work')
  expect(await ended).toMatchObject({ kind: 'exited', sentence: 'Detached. The session is still running.' })
})

it.skipIf(lacks('tmux'))('leaves the session running when it is disposed', async () => {
  const { attach, tmux } = setUp()
  const { session, ended, command } = await attach()
  session.dispose()
  expect((await ended).kind).toBe('exited')
  await new Promise<void>(resolve => command.onEnd(() => resolve()))
  expect(tmux('list-sessions', '-F', '#{session_name} #{session_attached}')).toBe('work 0')
})

it.skipIf(lacks('tmux'))('stays quick in a flood of output', { timeout: 60_000 }, async () => {
  const { attach } = setUp()
  const { shell, terminal, drawn } = await attach()
  const before = process.memoryUsage().rss
  shell.write(type('yes | head -c 5000000; echo the en""d\r'))
  await expect.poll(() => screenOf(terminal), { timeout: 45_000 }).toContain('the end')
  // Its letters are those of the new flood only.
  shell.write(type('clear; yes\r'))
  await expect.poll(() => screenOf(terminal).filter(line => line === 'y').length, wait).toBeGreaterThan(22)
  shell.write(Uint8Array.of(3))
  shell.write(type('echo stop""ped\r'))
  await expect.poll(() => screenOf(terminal).join('\n'), { timeout: 5_000, interval: 20 }).toContain('stopped')
  await drawn()
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
})

it.skipIf(lacks('tmux'))('shows the latest contents after a pause, and loses no key meanwhile', async () => {
  const { attach, captured, env } = setUp()
  const { shell, terminal, command, drawn } = await attach()
  // Without another client, tmux would stop reading the pane instead of leaving out what it prints.
  await attach({ create: false })
  let said = ''
  command.onData(data => (said = (said + Buffer.from(data).toString('latin1')).slice(-1_000_000)))
  shell.write(type('yes\r'))
  await expect.poll(() => screenOf(terminal).filter(line => line === 'y').length, wait).toBeGreaterThan(20)
  command.pause()
  await new Promise(resolve => setTimeout(resolve, 2_500))
  const file = join(env.TMUX_TMPDIR, 'typed')
  shell.write(Uint8Array.of(3))
  shell.write(type(`touch '${file}'; echo half""way\r`))
  await expect.poll(() => existsSync(file), wait).toBe(true)
  command.resume()
  await expect.poll(() => screenOf(terminal).join('\n'), wait).toContain('halfway')
  await expect.poll(async () => (await drawn(), filled(screenOf(terminal))), wait).toEqual(filled(captured()))
  // tmux has left out what was too old.
  expect(said).toMatch(/^%pause %0$/m)
})

it.skipIf(lacks('tmux'))('says that a session is gone, or that tmux is too old or missing', async () => {
  const { env } = setUp()
  const run = { kind: 'tmux', socket: 'hawser', session: 'work' } as const
  await expect(startOn(run, { env, size }).answer).rejects.toMatchObject({
    code: 'not-found',
    message: 'The tmux session “work” no longer exists on this host.',
  })
  const unreachable = startOn({ ...run, start: true }, { env: { TMUX_TMPDIR: '/dev/null' }, size }).answer
  await expect(unreachable).rejects.toMatchObject({
    code: 'server-refused',
    message: expect.stringMatching(/^tmux on test: .*\/dev\/null/) as string,
  })
  const folder = mkdtempSync('/tmp/hawser-old-')
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const onlyOld = (version: string) => {
    writeFileSync(join(folder, 'tmux'), `#!/bin/sh\n[ "$1" = -V ] && echo 'tmux ${version}'\n`, { mode: 0o755 })
    return startOn(run, { env: { ...env, PATH: `${folder}:${process.env['PATH'] ?? ''}` }, size }).answer
  }
  for (const version of ['1.8', '2.9a', '3.0', '3.1c', 'next-3.2'])
    expect(await onlyOld(version)).toEqual({ kind: 'unusable', version })
  for (const version of ['3.2', '3.2a', '3.10', 'next-3.4', 'master'])
    await expect(onlyOld(version), version).rejects.toMatchObject({ code: 'not-found' })
})
