import type { SessionRun } from '../../shared/contract/session-run.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import { anyShellWord } from '../ssh/command-line.ts'
import type { OutputMarks } from '../ssh/output-marks.ts'
import { sh, type Script } from '../ssh/script.ts'
import { exactTarget, findByName, tmuxOn, usualPath } from '../ssh/tmux.ts'
import { chooseTerm, keptServer, rememberName } from './kept-server.ts'

/** The session to attach to; with `start` it is started if it doesn't exist. */
export type ControlRun = Extract<SessionRun, { kind: 'tmux' }>

/** The exit code of the command if the session outlived the client. */
export const remainsCode = 64

/**
 * Returns the command line that runs tmux in control mode, for any login shell and without a terminal. Between its marks it
 * first prints a line for `readVerdict`. It doesn't end with `exec`: tmux up to 3.3 doesn't say whether a client was
 * detached or its session ended, so the script looks afterwards.
 */
export function controlCommand(run: ControlRun, size: TerminalSize, marks: OutputMarks): string {
  const tmux = tmuxOn(run.socket)
  return anyShellWord(
    marks.around(sh`${usualPath}; unset TMUX TMUX_PANE STY ZELLIJ
command -v tmux >/dev/null 2>&1 || { echo none; exit 127; }
version=$(tmux -V 2>/dev/null </dev/null)
printf '%s\\n' "$version" | grep -Eq '^tmux ([012][.]|3[.][01]([^0-9]|$)|next-[012][.]|next-3[.][012]$|openbsd-[1-6][.])' && { printf 'old %s\\n' "$version"; exit 0; }
${findByName(run)}
${byId(run, tmux)}
${run.start ? startKept(run.session, size) : sh`${tmux} has-session -t "$at" 2>/dev/null </dev/null || { echo gone; exit 1; }`}
printf 'ready %s\\n' "$version"
${tmux} -C attach-session -t "$at"
${tmux} has-session -t "$at" 2>/dev/null </dev/null && exit ${remainsCode}
exit 0`),
  )
}

/** What the host says before control mode starts; `version` is null if tmux isn't installed. */
export type Verdict =
  | { readonly kind: 'ready'; readonly version: string }
  | { readonly kind: 'unusable'; readonly version: string | null }
  | { readonly kind: 'gone' }

/** Reads the first line of the command; null if it is none of its own. */
export function readVerdict(line: string): Verdict | null {
  const [, word, version = ''] = /^(ready|old|none|gone)(?: (?:tmux )?([\w.+-]{1,40}))?$/.exec(line) ?? []
  switch (word) {
    case 'ready':
      return { kind: 'ready', version }
    case 'old':
      return { kind: 'unusable', version }
    case 'none':
      return { kind: 'unusable', version: null }
    case 'gone':
      return { kind: 'gone' }
    default:
      return null
  }
}

function byId({ known }: ControlRun, tmux: Script): Script {
  return known
    ? sh`[ "$(${tmux} display-message -p -t ${known.id} '#{session_created}' 2>/dev/null </dev/null)" = ${known.created} ] && at=${known.id}`
    : sh``
}

/** Starts it with the size that its first window will have, so that its shell has no reason to draw its prompt twice. */
function startKept(session: string, { cols, rows }: TerminalSize): Script {
  const tmux = tmuxOn('hawser')
  return sh`${tmux} has-session -t "$at" 2>/dev/null </dev/null || {
${chooseTerm}
${tmux} ${keptServer} ';' new-session -d -x ${cols} -y ${rows} -s ${session} ';' ${rememberName(session)} </dev/null || exit 1
at=${exactTarget(session)}
}`
}
