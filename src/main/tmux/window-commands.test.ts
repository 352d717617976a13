import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { startOn } from '../../testing/tmux-control.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import { panesOf, type Layout } from './layout.ts'
import { windowCommands as commands, type PaneSide } from './window-commands.ts'

const size = { cols: 80, rows: 24 }
const wait = { timeout: 10_000 }
const sides: readonly PaneSide[] = ['left', 'right', 'top', 'bottom']

/** A session with one window, in control mode as in the program. */
async function setUp() {
  const servers = tmuxServers()
  onTestFinished(() => servers.stop())
  servers.tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', 'work', 'sleep 1000')
  const run = { kind: 'tmux', socket: 'default', session: 'work' } as const
  const answer = await startOn(run, { env: servers.env, size }).answer
  if (answer.kind !== 'session') throw new Error(`tmux ${String(answer.version)} can’t be used.`)
  const { session } = answer
  onTestFinished(() => session.dispose())
  const windows = () => session.windows.map(({ id }) => id)
  const window = (id: number) => {
    const found = session.windows.find(each => each.id === id)
    if (!found) throw new Error('The window has gone.')
    return found
  }
  const panes = (id: number) => panesOf(window(id).layout).map(({ pane }) => pane)
  const newWindow = async (after: number) => {
    const [printed = ''] = await session.run(commands.newWindow(after))
    await session.refresh()
    const pane = Number(printed.slice(1))
    const made = session.windows.find(({ layout }) => panesOf(layout).some(each => each.pane === pane))
    if (!made) throw new Error('There is no new window.')
    return { pane, window: made.id }
  }
  const first = { window: windows()[0] ?? -1, pane: session.windows[0]?.activePane ?? -1 }
  return { ...servers, session, windows, window, panes, newWindow, first }
}

/** The panes of a window of two, the first one being on the left or on the top. */
function order(layout: Layout): readonly [Layout['kind'], ...(readonly number[])] {
  return [layout.kind, ...panesOf(layout).map(({ pane }) => pane)]
}

it.skipIf(lacks('tmux')).each(sides)('splits a pane on the %s, in its folder', async side => {
  const { session, window, first, tmux, env } = await setUp()
  tmux('respawn-pane', '-k', '-c', env.TMUX_TMPDIR, '-t', `%${first.pane}`, 'sleep 1000')
  await expect
    .poll(() => tmux('display-message', '-p', '-t', `%${first.pane}`, '#{pane_current_path}'), wait)
    .toBe(env.TMUX_TMPDIR)
  await session.run(commands.split(first.pane, side))
  await expect.poll(() => window(first.window).activePane, wait).not.toBe(first.pane)
  const { layout, activePane } = window(first.window)
  const pair = side === 'left' || side === 'top' ? [activePane, first.pane] : [first.pane, activePane]
  expect(order(layout)).toEqual([side === 'left' || side === 'right' ? 'row' : 'column', ...pair])
  await expect
    .poll(() => tmux('display-message', '-p', '-t', `%${activePane}`, '#{pane_current_path}'), wait)
    .toBe(env.TMUX_TMPDIR)
})

it.skipIf(lacks('tmux'))('opens a window after another one, selects and closes it', async () => {
  const { session, windows, newWindow, first } = await setUp()
  const last = await newWindow(first.window)
  const middle = await newWindow(first.window)
  expect(windows()).toEqual([first.window, middle.window, last.window])
  const active = () => session.windows.filter(({ isActive }) => isActive).map(({ id }) => id)
  expect(active()).toEqual([middle.window])
  await session.run(commands.selectWindow(last.window))
  await expect.poll(active, wait).toEqual([last.window])
  await session.run(commands.closeWindow(middle.window))
  await expect.poll(windows, wait).toEqual([first.window, last.window])
  await session.run(commands.closePane(last.pane))
  await expect.poll(windows, wait).toEqual([first.window])
})

it.skipIf(lacks('tmux'))('selects, zooms, resizes and closes a pane', async () => {
  const { session, window, panes, first } = await setUp()
  await session.run(commands.split(first.pane, 'right'))
  await expect.poll(() => panes(first.window).length, wait).toBe(2)
  const { activePane: other } = window(first.window)
  await session.run(commands.selectPane(first.pane))
  await expect.poll(() => window(first.window).activePane, wait).toBe(first.pane)
  await session.run(commands.zoom(other))
  await expect.poll(() => window(first.window).isZoomed, wait).toBe(true)
  expect(window(first.window)).toMatchObject({ activePane: other, visible: { kind: 'pane', pane: other, width: 80 } })
  await session.run(commands.selectPane(first.pane))
  await expect.poll(() => window(first.window).visible, wait).toMatchObject({ kind: 'pane', pane: first.pane })
  await session.run(commands.zoom(first.pane))
  await expect.poll(() => window(first.window).isZoomed, wait).toBe(false)
  const sizeOf = (pane: number) => panesOf(window(first.window).layout).find(each => each.pane === pane)
  await session.run(commands.resizePane(first.pane, { cols: 20 }))
  await expect.poll(() => sizeOf(first.pane)?.width, wait).toBe(20)
  await session.run(commands.split(first.pane, 'bottom'))
  await expect.poll(() => panes(first.window).length, wait).toBe(3)
  await session.run(commands.resizePane(first.pane, { rows: 7 }))
  await expect.poll(() => sizeOf(first.pane)?.height, wait).toBe(7)
  await session.run(commands.closePane(other))
  await expect.poll(() => panes(first.window).includes(other), wait).toBe(false)
})

const names = [
  `it's #1 "{x}" $HOME ; kill-server #(touch ran) ~ -t`,
  '-t',
  '~',
  '~/x',
  ';',
  'a ; kill-server',
  'a\\; kill-server',
  '\\',
  'a\\b',
  '$HOME and ${HOME} for $5 $ \\$',
  '#{pane_id} #S ##',
  '#(touch ran)',
  '#[fg=red]x',
  '##[fg=#S] ###[ ###{',
  '#',
  '%H:%M',
  '{',
  '}',
  'naïve 漢字 ✓',
  'two  blanks',
  "'",
  "''\\''",
  '"',
  '*',
  '@1',
  '!',
  '^',
  '$0',
]

it.skipIf(lacks('tmux'))('gives a window any name, without expanding or running it', async () => {
  const { session, window, first, env } = await setUp()
  for (const name of names) {
    await session.run(commands.rename(first.window, name))
    await session.refresh()
    expect(window(first.window)).toMatchObject({ name, isNamedByProgram: false })
  }
  expect(existsSync(join(env.TMUX_TMPDIR, 'ran'))).toBe(false)
  expect(existsSync('ran')).toBe(false)
})

it.skipIf(lacks('tmux'))('names a window after its program again', async () => {
  const { session, window, first } = await setUp()
  await session.run(commands.rename(first.window, 'given'))
  await session.refresh()
  expect(window(first.window)).toMatchObject({ name: 'given', isNamedByProgram: false })
  await session.run(commands.rename(first.window, ''))
  await session.refresh()
  await expect.poll(() => window(first.window), wait).toMatchObject({ name: 'sleep', isNamedByProgram: true })
})

it.skipIf(lacks('tmux'))('moves a window before and after another one', async () => {
  const { session, windows, newWindow, first } = await setUp()
  const third = await newWindow(first.window)
  const second = await newWindow(first.window)
  const move = async (...args: Parameters<typeof commands.moveWindow>) => {
    await session.run(commands.moveWindow(...args))
    await session.refresh()
    return windows()
  }
  const [a, b, c] = [first.window, second.window, third.window]
  expect(windows()).toEqual([a, b, c])
  expect(await move(a, 'after', b)).toEqual([b, a, c])
  expect(await move(c, 'before', b)).toEqual([c, b, a])
  expect(await move(c, 'after', a)).toEqual([b, a, c])
  expect(await move(c, 'before', a)).toEqual([b, c, a])
})

it.skipIf(lacks('tmux')).each(sides)('joins a pane on the %s of another one, and breaks it out', async side => {
  const { session, windows, window, newWindow, panes, first } = await setUp()
  const other = await newWindow(first.window)
  await session.run(commands.movePane(other.pane, side, first.pane))
  await session.refresh()
  expect(windows()).toEqual([first.window])
  const pair = side === 'left' || side === 'top' ? [other.pane, first.pane] : [first.pane, other.pane]
  expect(order(window(first.window).layout)).toEqual([side === 'left' || side === 'right' ? 'row' : 'column', ...pair])
  await session.run(commands.breakPane(other.pane))
  await session.refresh()
  expect(windows()).toHaveLength(2)
  expect(panes(first.window)).toEqual([first.pane])
  expect(panes(windows()[1] ?? -1)).toEqual([other.pane])
})
