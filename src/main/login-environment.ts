import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'

// Startup files that load conda or nvm take seconds.
const limitMs = 10_000
const maxOutput = 4 * 1024 * 1024

export type LoginEnvironment =
  | { readonly kind: 'read'; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly why: string }

// Variables of a single process or terminal, and those that control this program itself.
const unsharedVariables =
  /^(_|PWD|OLDPWD|SHLVL|TERM|COLUMNS|LINES|PS1|PROMPT|STY|TMUX|TMUX_PANE|NODE_OPTIONS)$|^(ELECTRON_|CHROME_|HAWSER_)/

/**
 * True if the program was started by a desktop, whose environment differs from the user's shell. A terminal passes its
 * own on; Windows has only one.
 */
export function isFromDesktop(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): boolean {
  return platform !== 'win32' && !env['TERM']
}

/**
 * Runs the user's login shell as a terminal would, and resolves to the variables that it sets: PATH, SSH_AUTH_SOCK and
 * the like. Other output of its startup files is ignored. Never throws; ends within `timeoutMs`, or when `signal`
 * aborts.
 */
export async function readLoginEnvironment(
  env: NodeJS.ProcessEnv,
  { signal, timeoutMs = limitMs }: { readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<LoginEnvironment> {
  const shell = env['SHELL'] || '/bin/sh'
  const mark = `hawser-${randomBytes(12).toString('hex')}`
  const said = await outputOf({ shell, mark, env, signal, timeoutMs })
  if (typeof said !== 'string') return { kind: 'failed', why: `${shell} ${said.why}` }
  const between = said.split(mark)[1]
  if (between === undefined) return { kind: 'failed', why: `${shell} exited without running a command` }
  const variables = Object.fromEntries(
    between.split('\0').flatMap(each => {
      const at = each.indexOf('=')
      const name = each.slice(0, at)
      return at <= 0 || unsharedVariables.test(name) ? [] : [[name, each.slice(at + 1)]]
    }),
  )
  return variables['PATH'] ? { kind: 'read', variables } : { kind: 'failed', why: `PATH is not set in ${shell}` }
}

interface ShellRun {
  readonly shell: string
  readonly mark: string
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

function outputOf({ shell, mark, env, signal, timeoutMs }: ShellRun): Promise<string | { readonly why: string }> {
  return new Promise(resolve => {
    // The same command for every shell, including csh and fish: nothing in it is special inside double quotes.
    const command = `/bin/sh -c "printf %s ${mark}; env -0; printf %s ${mark}"`
    const name = basename(shell)
    // csh accepts -l only alone; a name starting with a dash makes it a login shell.
    const [args, argv0] = /csh$/.test(name) ? [['-i', '-c', command], `-${name}`] : [['-i', '-l', '-c', command], shell]
    // A session of its own: an interactive shell would stop because of a terminal that isn't its own, and all its child
    // processes can be ended together.
    const child = spawn(shell, args, { env, argv0, detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    const end = (result: string | { readonly why: string }) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      child.stdout.destroy()
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid)
      resolve(result)
    }
    const stop = () => end({ why: 'was killed' })
    const timer = setTimeout(() => end({ why: `took longer than ${timeoutMs / 1000} s` }), timeoutMs)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      output += text
      if (output.split(mark).length > 2) end(output)
      else if (output.length > maxOutput) end({ why: 'produces endless output' })
    })
    child.on('error', () => end({ why: 'couldn’t be started' }))
    child.on('close', () => end(output))
  })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The process has just exited.
  }
}
