import { expect, it, onTestFinished } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { attachTerminal, screenOf, showPane } from '../../testing/tmux-control.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import { panesOf } from './layout.ts'

const wait = { timeout: 10_000 }

/** Attaches to the session `work`, while the returned `tmux` acts as another client. */
async function setUp() {
  const { tmux, env, stop } = tmuxServers()
  onTestFinished(() => stop())
  tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', 'work', '-n', 'one')
  const run = { kind: 'tmux', socket: 'default', session: 'work' } as const
  const attached = await attachTerminal(run, { env, size: { cols: 80, rows: 24 } })
  onTestFinished(() => attached.session.dispose())
  return { tmux, ...attached }
}

it.skipIf(lacks('tmux'))('lists a window once that is linked to the session twice', async () => {
  const { session, tmux } = await setUp()
  tmux('link-window', '-d', '-s', 'work:one', '-t', 'work:5')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'two')
  await expect.poll(() => session.windows.map(({ name }) => name), wait).toEqual(['one', 'two'])
})

it.skipIf(lacks('tmux'))('follows a session that is renamed', async () => {
  const { session, tmux } = await setUp()
  const [id = '', created = ''] = tmux('display-message', '-p', '-t', 'work', '#{session_id} #{session_created}').split(
    ' ',
  )
  expect(session.known).toEqual({ id, created: Number(created) })
  expect(session.name).toBe('work')
  let changes = 0
  session.onChanged(() => changes++)
  tmux('rename-session', '-t', 'work', 'two words')
  await expect.poll(() => session.name, wait).toBe('two words')
  await expect.poll(() => changes, wait).toBeGreaterThan(0)
})

it.skipIf(lacks('tmux'))('shows a pane anew whose program is replaced', async () => {
  const { terminal, tmux } = await setUp()
  tmux('respawn-pane', '-k', '-t', 'work:one', 'printf before; sleep 1000')
  await expect.poll(() => screenOf(terminal)[0], wait).toBe('before')
  tmux('respawn-pane', '-k', '-t', 'work:one', 'printf after; sleep 1000')
  await expect.poll(() => screenOf(terminal)[0], wait).toBe('after')
})

it.skipIf(lacks('tmux'))('keeps a pane that moves between windows', async () => {
  const { session, shell, tmux } = await setUp()
  tmux('split-window', '-d', '-t', 'work:one', 'printf moved; sleep 1000')
  await expect.poll(() => session.windows[0]?.layout.kind, wait).toBe('column')
  const place = panesOf(session.windows[0]!.layout)[1]
  const moved = session.pane(place?.pane ?? -1)
  const { terminal } = showPane(moved)
  const missing: (readonly number[])[] = []
  session.onChanged(windows => {
    const panes = windows.flatMap(({ layout }) => panesOf(layout)).map(({ pane }) => pane)
    if (!panes.includes(place?.pane ?? -1)) missing.push(panes)
  })
  tmux('break-pane', '-d', '-s', 'work:one.1', '-n', 'alone')
  await expect.poll(() => session.windows.length, wait).toBe(2)
  tmux('join-pane', '-d', '-h', '-s', 'work:alone', '-t', 'work:one')
  await expect.poll(() => session.windows.map(({ layout }) => layout.kind), wait).toEqual(['row'])
  expect(missing).toEqual([])
  expect(session.pane(place?.pane ?? -1)).toBe(moved)
  await expect.poll(() => screenOf(terminal)[0], wait).toBe('moved')
  await expect.poll(() => shell.size.cols, wait).toBeLessThan(80)
})
