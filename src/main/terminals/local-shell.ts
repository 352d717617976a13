import { homedir } from 'node:os'

import type { IPty } from 'node-pty'

import { AppError } from '../../shared/base/errors.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { Shell, ShellEnd } from './shell.ts'

export interface LocalShellOptions {
  /** A program's path; empty for the user's login shell. */
  readonly program: string
  readonly size: TerminalSize
  readonly env: NodeJS.ProcessEnv
}

/** Starts a local shell in a pseudo-terminal. Errors: `not-found` if it can't be started. */
export async function startLocalShell({ program, size, env }: LocalShellOptions): Promise<Shell> {
  const { spawn } = await import('node-pty')
  const file = program || defaultShell(env)
  const args = process.platform === 'win32' ? [] : ['-l']
  let pty: IPty
  try {
    pty = spawn(file, args, {
      name: 'xterm-256color',
      cols: size.cols,
      rows: size.rows,
      cwd: homedir(),
      env: { ...clean(env), TERM: 'xterm-256color', COLORTERM: 'truecolor', TERM_PROGRAM: 'Hawser' },
      encoding: null,
    })
  } catch (error) {
    throw new AppError('not-found', `Couldn’t start the shell ${file}. Choose another shell in Settings > Terminal.`, {
      cause: error,
    })
  }
  return wrap(pty)
}

function wrap(pty: IPty): Shell {
  let over = false
  return {
    // With `encoding: null` node-pty emits buffers, but its types only have strings.
    onData: listener => void pty.onData(data => listener(data as unknown as Buffer)),
    onEnd: listener =>
      void pty.onExit(({ exitCode, signal }) => {
        over = true
        const end: ShellEnd = {
          kind: 'exited',
          exit: { code: signal ? null : exitCode, signal: signal ? `signal ${signal}` : null },
        }
        listener(end)
      }),
    write: data => pty.write(Buffer.from(data) as unknown as string),
    resize: ({ cols, rows }) => {
      if (!over) pty.resize(cols, rows)
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    dispose: () => {
      if (over) return
      over = true
      pty.kill()
    },
  }
}

/** The user's login shell according to the system. */
export function defaultShell(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['COMSPEC'] ?? 'powershell.exe'
  return env['SHELL'] || '/bin/sh'
}

// Variables that concern only this program must not reach the user's shell.
function clean(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !/^(ELECTRON_|CHROME_|HAWSER_|NODE_OPTIONS$)/.test(name),
  )
  return Object.fromEntries(kept) as Record<string, string>
}
