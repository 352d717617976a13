import type { MenuItem } from './menu.tsx'
import type { Shortcut } from './shortcut.ts'

/** Something that the user can do, in one place: the palette, menus and shortcuts all run it from here. */
export interface Command {
  readonly id: string
  readonly title: string
  /** Other words by which the palette finds it. */
  readonly keywords?: string
  /** Its default shortcut; the settings may have another. */
  readonly keys: Shortcut
  /** Whether it can run now; always when left out. */
  readonly when?: () => boolean
  /** Also inside a terminal where its shortcut has no Shift: the few that every terminal program has. */
  readonly inTerminal?: boolean
  /** The palette lists what it does in another way. */
  readonly hidden?: boolean
  readonly run: () => void
}

/** Every command of the window. */
export interface CommandList {
  readonly all: readonly Command[]
  /** Runs a command by its id, if it can run now. */
  run(id: string): void
  /** The shortcut in effect: the user's own, or the command's. */
  keysOf(command: Command): Shortcut
  /** Menu entries for commands by their ids, with their shortcuts. */
  menu(ids: readonly string[]): readonly MenuItem[]
  /** Runs the command that a key event stands for; true when one did. `toShell`: a shell would get the key otherwise. */
  onKey(event: KeyboardEvent, toShell: boolean): boolean
}

/** True while a dialog, a menu or the palette has the window: nothing behind it may move. */
export function isModalOpen(): boolean {
  return document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null
}
