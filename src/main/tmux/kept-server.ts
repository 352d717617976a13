import { sh, type Script } from '../ssh/script.ts'
import { exactTarget, keptOption } from '../ssh/tmux.ts'

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

/** Chooses `$term`, the TERM inside of `keptServer`: not every host has an entry for tmux. */
export const chooseTerm = sh`infocmp tmux-256color >/dev/null 2>&1 && term=tmux-256color || term=screen-256color`

/**
 * Arguments of tmux that start Hawser's own server; a command that starts a session has to follow. The server reads no
 * configuration and has no keys of its own. Inside, TMUX is not set, so that the user's own tmux works there as anywhere
 * else.
 */
export const keptServer = sh`-f /dev/null start-server ';' ${keeping} set-option -gsq default-terminal "$term" ';' set-option -gq default-terminal "$term" ';' \
set-option -gq default-command ${plainShell}`

/** A command of tmux after which `findByName` finds a session even if it was renamed. */
export function rememberName(session: string): Script {
  return sh`set-option -q -t ${exactTarget(session)} ${keptOption} ${session}`
}
