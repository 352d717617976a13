import { assertNever } from '../../shared/base/assert-never.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import { anyShellWord } from '../ssh/command-line.ts'
import { sh, type Script } from '../ssh/script.ts'
import { exactTarget, findByName, keptOption, tmuxOn, usualPath } from '../ssh/tmux.ts'

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

function attachTmux({ socket, session, known }: Extract<SessionRun, { kind: 'tmux' }>): Script {
  const tmux = tmuxOn(socket)
  const byId = known
    ? sh`[ "$(${tmux} display-message -p -t ${known.id} '#{session_created}' 2>/dev/null)" = ${known.created} ] && at=${known.id}`
    : sh``
  const gone = `The tmux session “${session}” no longer exists on this host.`
  return sh`at=${exactTarget(session)}
${byId}
${tmux} has-session -t "$at" 2>/dev/null || { printf '%s\\n' ${gone}; exit 1; }
${socket === 'hawser' ? history(tmux) : sh``}
exec ${tmux} attach-session -t "$at"`
}

// Older versions had some of the server's options as options of a session: each is set where it is known.
const keeping = [
  ...['prefix None', 'prefix2 None', 'status off', 'history-limit 50000', 'set-titles on'],
  // The host's name is the title of a pane that has none.
  'set-titles-string #{?#{==:#{pane_title},#{host}},,#{pane_title}}',
  ...['escape-time 0', 'set-clipboard on', 'focus-events on', 'allow-passthrough on'],
  // The terminal keeps the lines that leave the screen, and shows colours as they are.
  'terminal-overrides ,xterm-256color:Tc:smcup@:rmcup@',
].flatMap(each => {
  const [option = '', ...value] = each.split(' ')
  const set = each.startsWith('terminal-overrides') ? ['-gsaq', '-gaq'] : ['-gsq', '-gq']
  return set.flatMap(flags => ['set-option', flags, option, value.join(' '), ';'])
})
// Started by the default shell, whichever that is.
const plainShell = 'exec env -u TMUX -u TMUX_PANE $SHELL -l'

/**
 * Attaches to a session on Hawser's own server, and starts it if need be. The server reads no configuration and has no
 * keys of its own. Inside, TMUX is not set, so that the user's own tmux works there as anywhere else.
 */
function startTmux(run: Extract<SessionRun, { kind: 'tmux' }>): Script {
  const tmux = tmuxOn(run.socket)
  return sh`${findByName(run)}
if ${tmux} has-session -t "$at" 2>/dev/null; then
${history(tmux)}
exec ${tmux} attach-session -t "$at"
fi
infocmp tmux-256color >/dev/null 2>&1 && term=tmux-256color || term=screen-256color
exec ${tmux} -f /dev/null start-server ';' ${keeping} set-option -gsq default-terminal "$term" ';' set-option -gq default-terminal "$term" ';' \
set-option -gq default-command ${plainShell} ';' new-session -A -s ${run.session} ';' \
set-option -q -t ${exactTarget(run.session)} ${keptOption} ${run.session}`
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
