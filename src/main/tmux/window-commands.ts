/** The sides of a pane on which another one can be. */
export type PaneSide = 'left' | 'right' | 'top' | 'bottom'

// Inside of single quotes nothing has a meaning to tmux, and formats are expanded by the commands themselves.
const here = `-c '#{pane_current_path}'`

/** Commands of tmux(1) about panes (`%`) and windows (`@`), by their ids. */
export const windowCommands = {
  split: (pane: number, side: PaneSide) => `split-window ${direction(side)} -t '%${pane}' ${here}`,
  /** Prints the id of its pane. */
  newWindow: (window: number) => `new-window -a -t '@${window}' ${here} -P -F '#{pane_id}'`,
  closePane: (pane: number) => `kill-pane -t '%${pane}'`,
  closeWindow: (window: number) => `kill-window -t '@${window}'`,
  zoom: (pane: number) => `resize-pane -Z -t '%${pane}'`,
  selectWindow: (window: number) => `select-window -t '@${window}'`,
  /** A zoomed window stays zoomed. */
  selectPane: (pane: number) => `select-pane -Z -t '%${pane}'`,
  /** Names a window; the empty name has tmux name it after its program. */
  rename: (window: number, name: string) =>
    name === ''
      ? `set-option -u -w -t '@${window}' automatic-rename`
      : // The name is a format: ## is #, but any number of them stays as it is before a bracket.
        `rename-window -t '@${window}' -- ${quoted(name.replaceAll(/#+(?![#[])/g, '$&$&'))}`,
  resizePane: (pane: number, size: { readonly cols: number } | { readonly rows: number }) =>
    `resize-pane -t '%${pane}' ${'cols' in size ? `-x ${size.cols}` : `-y ${size.rows}`}`,
  clearHistory: (pane: number) => `clear-history -t '%${pane}'`,
  moveWindow: (window: number, place: 'before' | 'after', other: number) =>
    `move-window ${place === 'before' ? '-b' : '-a'} -d -s '@${window}' -t '@${other}'`,
  movePane: (pane: number, side: PaneSide, other: number) =>
    `join-pane ${direction(side)} -s '%${pane}' -t '%${other}'`,
  breakPane: (pane: number) => `break-pane -s '%${pane}'`,
} as const

function direction(side: PaneSide): string {
  const before = side === 'left' || side === 'top' ? ' -b' : ''
  return `${side === 'left' || side === 'right' ? '-h' : '-v'}${before}`
}

/** Quotes a word for tmux, whose quotes are those of a shell (tmux(1), PARSING SYNTAX). Commands are lines. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\r\n\0]/g, ' ').replaceAll("'", `'\\''`)}'`
}
