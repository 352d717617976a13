import { expect, it, onTestFinished } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { attachTerminal } from '../../testing/tmux-control.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import { windowCommands } from './window-commands.ts'

const names = [
  `it's`,
  '#(touch x) #{pid} #S ##',
  '#[fg=red]x ##[y ###z',
  '100% %H:%M',
  '-x',
  '--',
  `a; b;`,
  '$HOME ~ {x}',
  '😀 世界 é',
]

it.skipIf(lacks('tmux')).each(names)('names a window %s, exactly', async name => {
  const { tmux, env, stop } = tmuxServers()
  onTestFinished(() => stop())
  tmux('new-session', '-d', '-s', 'work')
  const run = { kind: 'tmux', socket: 'default', session: 'work' } as const
  const { session } = await attachTerminal(run, { env, size: { cols: 80, rows: 24 } })
  onTestFinished(() => session.dispose())
  await session.run(windowCommands.rename(session.windows[0]?.id ?? -1, name))
  // tmux itself shows backslashes and dollar signs with a backslash.
  expect(tmux('list-windows', '-t', 'work', '-F', '#{window_name}').replaceAll(/\\([$\\])/g, '$1')).toBe(name)
})
