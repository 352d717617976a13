import type { SessionRun, TmuxSocket } from '../../shared/contract/session-run.ts'
import { sh, type Script } from './script.ts'

/**
 * Adds the folders in which package managers install programs: a command starts without the login shell's profile,
 * which would have added them. They come last, so that they replace nothing.
 */
export const usualPath = sh`PATH="$PATH:/usr/local/bin:/opt/homebrew/bin:/opt/local/bin:/usr/pkg/bin:/home/linuxbrew/.linuxbrew/bin:/run/current-system/sw/bin:$HOME/.nix-profile/bin:$HOME/.local/bin:$HOME/.cargo/bin:$HOME/bin"; export PATH`

/**
 * Starts tmux for one of the user's servers. Without -u it replaces characters that the locale of a command lacks by
 * underscores.
 */
export function tmuxOn(socket: TmuxSocket): Script {
  return socket === 'default' ? sh`tmux -u` : sh`tmux -u -L hawser`
}

/**
 * Returns tmux's target for exactly this name. Without `=` tmux takes a prefix or a pattern, and without the colon a
 * name that starts with @ or % would mean a window or a pane.
 */
export function exactTarget(name: string): string {
  return `=${name}:`
}

/** The user option of a session with the name under which Hawser started it. */
export const keptOption = '@hawser'

/**
 * Sets `at` to tmux's target for a session. One that keeps a terminal's shell is found by the name that it was started
 * under, since the terminal knows no other.
 */
export function findByName({ socket, session, start }: Extract<SessionRun, { kind: 'tmux' }>): Script {
  const exact = sh`at=${exactTarget(session)}`
  if (!start) return exact
  const format = `#{session_id} #{${keptOption}}`
  return sh`at=$(${tmuxOn(socket)} list-sessions -F ${format} 2>/dev/null | while IFS=' ' read -r id name; do
[ "$name" = ${session} ] && echo "$id" && break; done)
[ -n "$at" ] || ${exact}`
}
