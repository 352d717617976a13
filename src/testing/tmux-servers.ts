import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** tmux servers of a test: their sockets are in a folder of their own, out of reach of anyone else's sessions. */
export interface TmuxServers {
  /**
   * The variables that make tmux find these servers, and screen sessions of the same test. The start-up files of the person
   * who runs the tests don't matter.
   */
  readonly env: { readonly TMUX_TMPDIR: string; readonly SCREENDIR: string; readonly HOME: string }
  /** Runs tmux on the default socket, and returns its output; the empty string if it failed. */
  tmux(...args: readonly string[]): string
  /** The same on the socket that only Hawser uses. */
  hawser(...args: readonly string[]): string
  stop(): void
}

export function tmuxServers(): TmuxServers {
  // A path of at most 107 bytes: that of a Unix socket.
  const folder = mkdtempSync(join('/tmp', 'hawser-tmux-'))
  const env = { TMUX_TMPDIR: folder, SCREENDIR: join(folder, 'screen'), HOME: join(folder, 'home') }
  for (const each of [env.SCREENDIR, env.HOME]) mkdirSync(each, { mode: 0o700 })
  // Without it, a new user of zsh is asked questions.
  writeFileSync(join(env.HOME, '.zshrc'), '')
  const run = (...args: readonly string[]) => {
    const { TMUX: _outer, ...clean } = process.env
    return spawnSync('tmux', ['-u', ...args], { env: { ...clean, ...env }, encoding: 'utf8' })
  }
  const output = (...args: readonly string[]) => {
    const { status, stdout } = run(...args)
    return status === 0 ? stdout.trimEnd() : ''
  }
  return {
    env,
    tmux: output,
    hawser: (...args) => output('-L', 'hawser', ...args),
    stop: () => {
      run('kill-server')
      run('-L', 'hawser', 'kill-server')
      remove(folder)
    },
  }
}

/** A client that is ending may still look for its server, and make a folder for the socket. */
function remove(folder: string): void {
  for (let tries = 1; existsSync(folder); tries++)
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      if (tries === 20) throw error
    }
}
