import { assertNever } from '../../shared/base/assert-never.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import { joined, sh, type Script } from '../ssh/script.ts'
import { findByName, tmuxOn, usualPath } from '../ssh/tmux.ts'

type TmuxRun = Extract<SessionRun, { kind: 'tmux' }>

/** How an action ended, in the words of `parseOutcome`. */
export type Outcome =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'gone' | 'taken' | 'missing' | 'no-folder' }
  /** The program’s message, raw. */
  | { readonly kind: 'failed'; readonly text: string }

/** Programs that were started by a command keep its environment, so LC_ALL of `inSh` must not get into a session. */
const clean = sh`unset LC_ALL TMUX TMUX_PANE STY ZELLIJ`

/**
 * Starts a session of tmux that is not attached, in a folder; the home folder if empty. tmux is found in the usual
 * folders, but the session starts with the host’s own PATH.
 */
export function createScript(name: string, folder: string): Script {
  const format = '#{session_id} #{session_created} #{session_name}'
  return sh`at=$(${usualPath}; command -v tmux) || { echo @missing; exit 0; }
${clean}
cd -- ${folderWord(folder)} 2>/dev/null || { echo @no-folder; exit 0; }
out=$("$at" -u new-session -d -s ${name} -P -F ${format} 2>&1) && printf '@done %s\\n' "$out" || printf '@failed %s\\n' "$out"`
}

export function renameScript(run: TmuxRun, name: string): Script {
  const tmux = tmuxOn(run.socket)
  return sh`${found(run)}
${reported(sh`${tmux} rename-session -t "$at" -- ${name}`)}`
}

/**
 * Detaches the terminals that are not of this connection, and prints `@detached` for each. Those of this connection
 * descend from the same process of the SSH server; if that can’t be found, all terminals are detached.
 */
export function detachScript(run: TmuxRun): Script {
  const tmux = tmuxOn(run.socket)
  return sh`${found(run)}
parent() { if [ -r "/proc/$1/stat" ]; then sed 's/.*) [^ ]* \\([0-9]*\\) .*/\\1/' "/proc/$1/stat" 2>/dev/null
else ps -o ppid= -p "$1" 2>/dev/null | tr -d ' '; fi; }
name() { if [ -r "/proc/$1/stat" ]; then sed 's/^[^(]*(\\(.*\\)) .*/\\1/' "/proc/$1/stat" 2>/dev/null
else ps -o comm= -p "$1" 2>/dev/null; fi; }
server=; p=$$
while [ "$p" -gt 1 ] 2>/dev/null; do
if name "$p" | grep -q -e sshd -e dropbear; then server=$p; break; fi; p=$(parent "$p"); done
mine() { p=$1; while [ "$p" -gt 1 ] 2>/dev/null; do [ "$p" = "$server" ] && return 0; p=$(parent "$p"); done; return 1; }
${tmux} list-clients -t "$at" -F '#{client_pid},#{client_tty}' 2>/dev/null | while IFS=, read -r pid tty; do
mine "$pid" || { ${tmux} detach-client -t "$tty" </dev/null >/dev/null 2>&1 && echo @detached; }; done
echo @done`
}

/** Ends sessions; those that have ended already are skipped. */
export function endScript(runs: readonly SessionRun[]): Script {
  // In subshells: one that is gone must not keep the others.
  return sh`${joined(
    runs.map(run => sh`(${endOne(run)}) | LC_ALL=C grep -e '^@failed'`),
    '\n',
  )}
echo @done`
}

function endOne(run: SessionRun): Script {
  switch (run.kind) {
    case 'tmux':
      return sh`${found(run)}
${reported(sh`${tmuxOn(run.socket)} kill-session -t "$at"`)}`
    case 'screen':
      return sh`${usualPath}; ${clean}
${reported(sh`screen -S ${run.session} -X quit`)}`
    case 'zellij':
      return sh`${usualPath}; ${clean}
${reported(sh`zellij kill-session -- ${run.session}`)}`
    default:
      return assertNever(run)
  }
}

/** Sets `at` to the target of a session; exits with `@gone` if it has ended. */
function found(run: TmuxRun): Script {
  const { known } = run
  const tmux = tmuxOn(run.socket)
  const is = known
    ? // Another session of the same name is not the one that was listed.
      sh`at=${known.id}; [ "$(${tmux} display-message -p -t "$at" '#{session_created}' 2>/dev/null)" = ${known.created} ]`
    : sh`${tmux} has-session -t "$at" 2>/dev/null`
  return sh`${usualPath}; ${clean}
command -v tmux >/dev/null 2>&1 || { echo @missing; exit 0; }
${known ? sh`` : findByName(run)}
${is} || { echo @gone; exit 0; }`
}

function reported(command: Script): Script {
  return sh`out=$(${command} 2>&1 </dev/null) && echo @done || printf '@failed %s\\n' "$(printf %s "$out" | LC_ALL=C tr '\\n' ' ')"`
}

/** A folder as typed; a leading ~ is the home folder. */
function folderWord(folder: string): Script {
  if (folder === '' || folder === '~') return sh`"$HOME"`
  return folder.startsWith('~/') ? sh`"$HOME"/${folder.slice(2)}` : sh`${folder}`
}

/** Reads the output of these scripts; whatever else was printed is skipped. */
export function parseOutcome(output: string): Outcome {
  const [, kind, text = ''] = /^@(done|gone|missing|no-folder|failed)(?: (.*))?$/m.exec(output) ?? []
  switch (kind) {
    case 'done':
      return { kind, text }
    case 'failed':
      // tmux knows best which names are the same to it.
      return /^duplicate session\b/.test(text) ? { kind: 'taken' } : { kind, text }
    case 'gone':
    case 'missing':
    case 'no-folder':
      return { kind }
    default:
      return { kind: 'failed', text: '' }
  }
}

/** The session that `createScript` has started; null if its output can’t be read. */
export function createdSession(text: string): { id: string; created: number; session: string } | null {
  const [, id, created, session] = /^(\$\d{1,9}) (\d{1,12}) (.+)$/s.exec(text) ?? []
  return id !== undefined && session !== undefined ? { id, created: Number(created), session } : null
}
