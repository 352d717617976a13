import { expect, it, onTestFinished } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { attachTerminal, historyOf, screenOf, startOn } from '../../testing/tmux-control.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'

const size = { cols: 80, rows: 24 }
const wait = { timeout: 10_000 }

function setUp() {
  const servers = tmuxServers()
  onTestFinished(() => servers.stop())
  const attach = async (options: { name?: string; create?: boolean; size?: typeof size } = {}) => {
    const { name = 'work', create = true } = options
    const run = { socket: 'default', session: name, create } as const
    const attached = await attachTerminal(run, { env: servers.env, size: options.size ?? size })
    onTestFinished(() => attached.shell.dispose())
    return attached
  }
  const captured = (...options: readonly string[]) =>
    servers
      .tmux('capture-pane', '-p', '-N', ...options)
      .split('\n')
      .map(line => line.trimEnd())
  return { ...servers, attach, captured }
}

const type = (text: string) => Buffer.from(text)

it.skipIf(lacks('tmux'))('starts a session, types into it and sees its output', async () => {
  const { attach } = setUp()
  const { shell, terminal } = await attach()
  shell.write(type('printf "%s-%s\\n" naïve 漢字\r'))
  await expect.poll(() => screenOf(terminal), wait).toContain('naïve-漢字')
})
