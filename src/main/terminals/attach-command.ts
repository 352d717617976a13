import { assertNever } from '../../shared/base/assert-never.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import { anyShellWord } from '../ssh/command-line.ts'
import { sh, type Script } from '../ssh/script.ts'
import { exactTarget, findByName, tmuxOn, usualPath } from '../ssh/tmux.ts'
import { chooseTerm, keptServer, rememberName } from '../tmux/kept-server.ts'

/** Returns the command line that attaches a terminal to a session, for any login shell. */
export function attachCommand(run: SessionRun): string {
  return anyShellWord(sh`${usualPath}; unset TMUX TMUX_PANE STY ZELLIJ
command -v ${run.kind} >/dev/null 2>&1 || { printf '%s\\n' ${`${run.kind} is not installed on this host.`}; exit 127; }
${attachScript(run)}`)
}

function attachScript(run: SessionRun): Script {
  switch (run.kind) {
    case 'tmux':
      return run.start ? startTmux(run) : attachTmux(run)
    case 'screen':
      // -x attaches next to other displays instead of refusing.
      return sh`exec screen -U -x ${run.session}`
    case 'zellij':
      return sh`exec zellij attach -- ${run.session}`
    default:
      return assertNever(run)
  }
}

type TmuxRun = Extract<SessionRun, { kind: 'tmux' }>

function attachTmux(run: TmuxRun): Script {
  const { socket, session } = run
  const tmux = tmuxOn(socket)
  const gone = `The tmux session “${session}” no longer exists on this host.`
  return sh`at=${exactTarget(session)}
${byId(run, tmux)}
${tmux} has-session -t "$at" 2>/dev/null || { printf '%s\\n' ${gone}; exit 1; }
${socket === 'hawser' ? history(tmux) : sh``}
exec ${tmux} attach-session -t "$at"`
}

/** Attaches to a session on Hawser's own server, and starts it if need be. */
function startTmux(run: Extract<SessionRun, { kind: 'tmux' }>): Script {
  const tmux = tmuxOn(run.socket)
  return sh`${findByName(run)}
if ${tmux} has-session -t "$at" 2>/dev/null; then
${history(tmux)}
exec ${tmux} attach-session -t "$at"
fi
${chooseTerm}
exec ${tmux} ${keptServer} ';' new-session -A -s ${run.session} ';' ${rememberName(run.session)}`
}

/** Sets the target to the session if it has been renamed. */
function byId({ known }: TmuxRun, tmux: Script): Script {
  return known
    ? sh`[ "$(${tmux} display-message -p -t ${known.id} '#{session_created}' 2>/dev/null)" = ${known.created} ] && at=${known.id}`
    : sh``
}

/**
 * Prints the last 5,000 lines that have left the screen of the session, where the terminal keeps them: tmux draws only the screen.
 * What the terminal kept of the session before is replaced by them.
 */
function history(tmux: Script): Script {
  return sh`rows=$(stty size 2>/dev/null); rows=\${rows%% *}
printf '\\033[H\\033[2J\\033[3J'
${tmux} capture-pane -p -e -S -5000 -E -1 -t "$at" 2>/dev/null
i=0; while [ "$i" -lt "\${rows:-24}" ]; do echo; i=$((i + 1)); done`
}
