import type { TmuxSocket } from '../../shared/contract/session-run.ts'
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
