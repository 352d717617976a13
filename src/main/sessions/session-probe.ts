import { tmuxSocket, type TmuxSocket } from '../../shared/contract/session-run.ts'
import { joined, sh, type Script } from '../ssh/script.ts'
import { keptOption, tmuxOn, usualPath } from '../ssh/tmux.ts'

/**
 * Prints the input of `parseSessions`, in one round trip. Each line starts with `mark`, a random word, so that no folder
 * or program whose name has a line break can pass for a line of its own. In each line the one text that anybody chooses
 * comes last: no separator is safe, since tmux versions differ in the bytes that they print unchanged.
 */
export function probeScript(mark: string): Script {
  return sh`${usualPath}
unset LC_ALL TMUX TMUX_PANE
printf '%s T %s\\n' ${mark} "$(date +%s 2>/dev/null)"
printf '%s H %s\\n' ${mark} "$HOME" ${mark} "$(cd 2>/dev/null && pwd -P)"
if command -v tmux >/dev/null 2>&1; then
printf '%s V %s\\n' ${mark} "$(tmux -V 2>/dev/null)"
${joined(
  tmuxSocket.options.map(socket => tmuxPart(mark, socket)),
  '\n',
)}
fi
if command -v screen >/dev/null 2>&1; then LC_ALL=C screen -ls 2>/dev/null | LC_ALL=C sed ${`s/^/${mark} X /`}; fi
if command -v zellij >/dev/null 2>&1; then
{ zellij list-sessions -n 2>/dev/null || zellij list-sessions 2>/dev/null; } | LC_ALL=C sed ${`s/^/${mark} Z /`}; fi
true`
}

const statFields = [
  'session_id',
  'session_windows',
  'session_attached',
  'session_created',
  'session_activity',
  'session_last_attached',
]
const paneFields = ['session_id', 'window_active', 'pane_active', 'pane_dead']

/** Formats that a version doesn’t know are empty; a version without formats at all (before 1.6) still lists names. */
function tmuxPart(mark: string, socket: TmuxSocket): Script {
  const tmux = tmuxOn(socket)
  const format = (kind: string, fields: readonly string[], text = '') =>
    `${mark} ${kind} ${socket} ${fields.map(field => `#{${field}}`).join(',')} ${text}`
  return sh`if out=$(${tmux} list-sessions -F ${format('N', ['session_id'], '#{session_name}')} 2>&1); then
printf '%s\\n' "$out"
${tmux} list-sessions -F ${format('S', statFields)} 2>/dev/null
${tmux} list-sessions -F ${format('K', ['session_id'], `#{${keptOption}}`)} 2>/dev/null
${tmux} list-panes -a -F ${format('C', paneFields, '#{pane_current_command}')} 2>/dev/null
${tmux} list-panes -a -F ${format('D', paneFields, '#{pane_current_path}')} 2>/dev/null
elif old=$(${tmux} list-sessions 2>/dev/null); then printf '%s\\n' "$old" | LC_ALL=C sed ${`s/^/${mark} O ${socket} /`}
else printf '%s E %s %s\\n' ${mark} ${socket} "$(printf %s "$out" | LC_ALL=C tr '\\n' ' ')"; fi`
}
