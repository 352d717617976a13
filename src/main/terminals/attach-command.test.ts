import { spawnSync } from 'node:child_process'

import { spawn } from 'node-pty'
import { expect, it, onTestFinished } from 'vitest'

import type { SessionRun } from '../../shared/contract/session-run.ts'
import { findProgram } from '../../../scripts/programs.mjs'
import { eachWith, lacks } from '../../testing/programs.ts'
import { tmuxServers } from '../../testing/tmux-servers.ts'
import { attachCommand } from './attach-command.ts'

const names = [
  'build',
  'two words',
  `it's "quoted"`,
  'a$(exit 3)',
  'a $HOME',
  '; exit 3',
  '-t',
  '@1',
  '%1',
  'naïve ✓',
  '*',
  '{last}',
]

function setUp() {
  const servers = tmuxServers()
  onTestFinished(() => servers.stop())
  const env = { ...process.env, ...servers.env }
  const screen = (...args: readonly string[]) => spawnSync('screen', args, { env, encoding: 'utf8' }).stdout
  /** Runs the command as sshd does, in a terminal. */
  const attach = (run: SessionRun, shell = 'sh', more: Readonly<Record<string, string>> = {}) => {
    let text = ''
    const pty = spawn(findProgram(shell) as string, ['-c', attachCommand(run)], {
      name: 'xterm-256color',
      env: { ...env, ...more },
    })
    pty.onData(data => (text += data))
    const ended = new Promise<number>(resolve => pty.onExit(({ exitCode }) => resolve(exitCode)))
    onTestFinished(async () => {
      pty.kill()
      await ended
    })
    return { ended, text: () => text, type: (typed: string) => pty.write(typed), kill: () => pty.kill() }
  }
  /** Starts a session; tmux may change its name. */
  const start = (name: string) => {
    const format = '#{session_id} #{session_created} #{session_name}'
    const printed = servers.tmux('new-session', '-d', '-s', name, '-P', '-F', format)
    const [id = '', created = '', ...words] = printed.split(' ')
    return { session: nameOf(words.join(' ')), known: { id, created: Number(created) } }
  }
  const attached = () =>
    nameOf(servers.tmux('list-clients', '-F', '#{session_name}'))
      .split('\n')
      .filter(Boolean)
  return { ...servers, screen, start, attach, attached }
}

/** tmux 3.4 prints a name with one more backslash before a $ than it has. */
const nameOf = (printed: string) => printed.replaceAll('\\\\$', '\\$')

const run = (session: string, known?: { id: string; created: number }): SessionRun => ({
  kind: 'tmux',
  socket: 'default',
  session,
  ...(known ? { known } : {}),
})

it.skipIf(lacks('tmux')).each(names)('attaches to the session %s and to no other', async name => {
  const { tmux, start, attach, attached } = setUp()
  for (const each of ['a', 'last']) start(each)
  const { session } = start(name)
  // A pattern or a prefix would also find this one.
  if (session === name) tmux('new-session', '-d', '-s', `${name}s`)
  attach(run(session))
  await expect.poll(attached, { timeout: 10_000 }).toEqual([session])
})

eachWith([['bash'], ['dash'], ['zsh'], ['fish'], ['tcsh']], ([name]) => name)('attaches through %s', async shell => {
  const { start, attach, attached } = setUp()
  const { session } = start(`it's $HOME!`)
  attach(run(session), shell)
  await expect.poll(attached, { timeout: 10_000 }).toEqual([session])
})

it.skipIf(lacks('tmux'))('attaches by its id to a session whose name looks like an id', async () => {
  const { start, attach, attached } = setUp()
  start('first')
  const { session, known } = start('$0')
  attach(run(session, known))
  await expect.poll(attached, { timeout: 10_000 }).toEqual(['$0'])
})

it.skipIf(lacks('tmux'))('follows a session that was renamed, and not the id of another server', async () => {
  const { tmux, start, attach, attached } = setUp()
  const { known } = start('before')
  tmux('rename-session', '-t', '=before:', 'after')
  start('other')
  attach(run('before', known))
  await expect.poll(attached, { timeout: 10_000 }).toEqual(['after'])
  attach(run('other', { ...known, created: known.created - 60 }))
  await expect.poll(attached, { timeout: 10_000 }).toEqual(expect.arrayContaining(['after', 'other']))
})

it.skipIf(lacks('screen'))('attaches to a session of screen, next to other terminals', async () => {
  const { attach, screen } = setUp()
  screen('-dmS', 'two words', 'sleep', '600')
  const session = /\d+\.two words/.exec(screen('-ls'))?.[0] as string
  attach({ kind: 'screen', session })
  await expect.poll(() => screen('-ls'), { timeout: 10_000 }).toContain('(Attached)')
  attach({ kind: 'screen', session: session.replace(/two words/, '') })
  await expect.poll(() => screen('-ls'), { timeout: 10_000 }).toMatch(/Multi, attached|\(Attached\)/)
  screen('-S', session, '-X', 'quit')
})

it.skipIf(lacks('tmux'))('says that a session is gone, and that a program is missing', async () => {
  const { attach, tmux } = setUp()
  tmux('new-session', '-d', '-s', 'builds')
  const gone = attach(run('build'))
  expect(await gone.ended).toBe(1)
  expect(gone.text()).toContain('The tmux session “build” no longer exists on this host.')
  if (!lacks('zellij')) return
  const missing = attach({ kind: 'zellij', session: 'x' })
  expect(await missing.ended).toBe(127)
  expect(missing.text()).toContain('zellij is not installed on this host.')
})

const kept = (session: string): SessionRun => ({ kind: 'tmux', socket: 'hawser', session, start: true })

it.skipIf(lacks('tmux'))('keeps a shell in a session of its own, and shows its history again', async () => {
  const { attach, hawser } = setUp()
  const first = attach(kept("it's 1"))
  await expect.poll(() => hawser('capture-pane', '-p'), { timeout: 10_000 }).toMatch(/[$#]/)
  first.type('echo "TMUX=${TMUX-none}"; i=0; while [ $i -lt 60 ]; do echo "line $i"; i=$((i+1)); done\r')
  await expect.poll(() => first.text(), { timeout: 10_000 }).toContain('line 59')
  expect(hawser('capture-pane', '-p', '-S', '-')).toContain('TMUX=none')
  first.kill()
  await expect.poll(() => hawser('list-clients')).toBe('')
  const again = attach(kept("it's 1"))
  await expect.poll(() => again.text(), { timeout: 10_000 }).toContain('line 59')
  for (const line of ['line 0', 'line 20', 'line 30']) expect(again.text()).toContain(`${line}\r`)
  expect(hawser('list-sessions', '-F', '#{session_name}')).toBe("it's 1")
})

eachWith([['bash'], ['dash'], ['zsh'], ['fish'], ['tcsh']], ([name]) => name)('keeps a %s', async shell => {
  const { attach, hawser } = setUp()
  attach(kept('one'), shell, { SHELL: findProgram(shell) as string })
  await expect.poll(() => hawser('capture-pane', '-p'), { timeout: 10_000 }).toMatch(/[$#%>]/)
  expect(hawser('list-panes', '-a', '-F', '#{pane_current_command}')).toContain(shell)
})

it.skipIf(lacks('tmux'))('keeps a shell in its session under another name, too', async () => {
  const { attach, hawser } = setUp()
  const names = () => hawser('list-sessions', '-F', '#{session_name} #{session_attached}').split('\n')
  const first = attach(kept("it's 1"))
  await expect.poll(names, { timeout: 10_000 }).toEqual(["it's 1 1"])
  await expect.poll(() => hawser('show-options', '-v', '@hawser')).toBe("it's 1")
  hawser('rename-session', '-t', "=it's 1:", 'training')
  first.kill()
  await expect.poll(names).toEqual(['training 0'])
  const again = attach(kept("it's 1"))
  await expect.poll(names, { timeout: 10_000 }).toEqual(['training 1'])
  again.kill()
})
