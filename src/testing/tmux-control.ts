import { spawn } from 'node:child_process'

import { Terminal } from '@xterm/headless'

import { OutputMarks } from '../main/ssh/output-marks.ts'
import { FlowControl } from '../main/terminals/flow-control.ts'
import { controlCommand, type ControlRun } from '../main/tmux/control-command.ts'
import type { AttachedSession } from '../main/tmux/attached-session.ts'
import type { PaneEnd, PaneShell } from '../main/tmux/pane-shell.ts'
import { startControl, type ControlAnswer, type StartedCommand } from '../main/tmux/start-control.ts'
import type { TerminalSize } from '../shared/contract/terminals.ts'

/** A command on this computer. */
interface LocalCommand extends StartedCommand {
  readonly pid: number
  /** Stops reading, so that tmux has to wait. */
  pause(): void
  resume(): void
}

/** Runs a command line as sshd does: in a shell, without a terminal. */
function runCommandLine(line: string, env: NodeJS.ProcessEnv): LocalCommand {
  const { TMUX: _outer, ...clean } = process.env
  const child = spawn('sh', ['-c', line], { env: { ...clean, SHELL: '/bin/sh', ...env }, stdio: 'pipe' })
  // What is written after the end is lost, as on a closed channel.
  child.stdin.on('error', () => {})
  return {
    pid: child.pid ?? 0,
    onData: listener => void child.stdout.on('data', listener),
    onErrors: listener => void child.stderr.on('data', listener),
    onEnd: listener => void child.on('close', () => listener(null)),
    write: data => void child.stdin.write(data),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    close: () => {
      child.stdin.end()
      child.stdout.resume()
      child.kill('SIGTERM')
    },
  }
}

/** A session, and a terminal that shows the pane which was active. */
export interface Attached {
  readonly session: AttachedSession
  readonly shell: PaneShell
  readonly terminal: Terminal
  /** The end of the session. */
  readonly ended: Promise<PaneEnd>
  /** Gives the window of the pane another size, as far as tmux lets it. */
  readonly resize: (size: TerminalSize) => void
  readonly command: LocalCommand
  /** Resolves when the terminal has processed everything. */
  readonly drawn: () => Promise<void>
  readonly bytes: () => number
}

/** Starts control mode on one of a test's servers. */
export function startOn(
  run: ControlRun,
  {
    env,
    size,
    signal = new AbortController().signal,
  }: { env: NodeJS.ProcessEnv; size: TerminalSize; signal?: AbortSignal },
): { readonly command: LocalCommand; readonly answer: Promise<ControlAnswer> } {
  const marks = new OutputMarks()
  const command = runCommandLine(controlCommand(run, size, marks), env)
  return { command, answer: startControl({ command, marks, where: 'test', session: run.session, size, signal }) }
}

/** Attaches a terminal that starts empty, with the flow control of a real one. */
export async function attachTerminal(
  run: ControlRun,
  { env, size, scrollback = 20_000 }: { env: NodeJS.ProcessEnv; size: TerminalSize; scrollback?: number },
): Promise<Attached> {
  const { command, answer } = startOn(run, { env, size })
  const found = await answer
  if (found.kind !== 'session') throw new Error(`tmux ${String(found.version)} can’t be used.`)
  const { session } = found
  const window = session.windows.find(({ isActive }) => isActive)
  if (!window) throw new Error('The session has no window.')
  const ended = new Promise<PaneEnd>(resolve => session.onEnd(resolve))
  const shell = session.pane(window.activePane)
  const { terminal, drawn, bytes } = showPane(shell, scrollback)
  while (bytes() === 0) await new Promise(resolve => setTimeout(resolve, 5))
  const resize = (wanted: TerminalSize) => session.resize(window.id, wanted)
  return { session, shell, terminal, ended, command, resize, drawn, bytes }
}

/** Shows a pane on a terminal, with the flow control of a real one. */
export function showPane(shell: PaneShell, scrollback = 20_000): Pick<Attached, 'terminal' | 'drawn' | 'bytes'> {
  const terminal = new Terminal({ ...shell.size, scrollback, allowProposedApi: true })
  let bytes = 0
  const flow = new FlowControl()
  shell.onSize(({ cols, rows }) => terminal.resize(cols, rows))
  shell.onData(data => {
    bytes += data.length
    if (flow.sent(data.length) === 'pause') shell.pause()
    terminal.write(data, () => {
      if (flow.acknowledged(data.length) === 'resume') shell.resume()
    })
  })
  shell.redraw()
  return { terminal, drawn: () => new Promise<void>(resolve => terminal.write('', resolve)), bytes: () => bytes }
}

/** The rows of the visible screen, without blanks at their ends. */
export function screenOf({ buffer: { active }, rows, cols }: Terminal): readonly string[] {
  return Array.from({ length: rows }, (_, row) => lineAt(active.getLine(active.baseY + row), cols))
}

/** The rows above the screen. */
export function historyOf({ buffer: { normal }, cols }: Terminal): readonly string[] {
  return Array.from({ length: normal.baseY }, (_, row) => lineAt(normal.getLine(row), cols))
}

/** Lines of the alternate screen keep what was right of a window that became narrower. */
function lineAt(
  line: { translateToString(trim: boolean, from: number, to: number): string } | undefined,
  cols: number,
) {
  return (line?.translateToString(true, 0, cols) ?? '').trimEnd()
}
