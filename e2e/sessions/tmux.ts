import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

import { needs, test as base } from '../fixtures.ts'

type Tmux = (...args: readonly string[]) => string

export const test = base.extend<{ tmux: Tmux }>({
  /** Runs tmux on the test's host, whose servers are its own. */
  tmux: async ({ sshd }, use) => {
    needs('tmux')
    const { TMUX: _outer, ...clean } = process.env
    const env = { ...clean, TMUX_TMPDIR: join(sshd.folder, 'home'), HOME: join(sshd.folder, 'home'), LANG: 'C.UTF-8' }
    const run: Tmux = (...args) => spawnSync('tmux', ['-u', ...args], { env, encoding: 'utf8' }).stdout.trim()
    await use(run)
    run('kill-server')
    run('-L', 'hawser', 'kill-server')
  },
})
