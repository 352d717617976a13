import { useSettings } from '../mirrors/settings.ts'
import { isModalOpen, type Command, type CommandList } from '../ui/command.ts'
import type { MenuItem } from '../ui/menu.tsx'
import { platformShortcut, shortcutOf, shownShortcut, type Shortcut } from '../ui/shortcut.ts'

/** Every command of the window, and the keys that run them. */
export class Commands implements CommandList {
  readonly all: readonly Command[]

  constructor(all: readonly Command[]) {
    this.all = all.map(command => ({ ...command, keys: platformShortcut(command.keys) }))
  }

  run(id: string): void {
    const command = this.#find(id)
    if (command && (command.when?.() ?? true)) command.run()
  }

  keysOf(command: Command): Shortcut {
    return useSettings.getState().settings.keys[command.id] ?? command.keys
  }

  menu(ids: readonly string[]): readonly MenuItem[] {
    return ids.flatMap(id => {
      const command = this.#find(id)
      return command
        ? [{ label: command.title, keys: shownShortcut(this.keysOf(command)), run: () => this.run(id) }]
        : []
    })
  }

  /** A key that reached the window. A terminal's keys come from the terminal itself. */
  onPageKey(event: KeyboardEvent): void {
    if (!(event.target instanceof Element && event.target.closest('.xterm'))) this.onKey(event, false)
  }

  /**
   * Runs the command that the keys stand for; true when one did. A shell's own keys win (`toShell`), so only Ctrl+Shift and
   * Cmd combinations count there, and what the user set. A terminal without a shell has no keys of its own.
   */
  onKey(event: KeyboardEvent, toShell: boolean): boolean {
    if (event.type !== 'keydown' || event.defaultPrevented || isModalOpen()) return false
    const keys = shortcutOf(event)
    if (keys === '' || !/Ctrl|Alt|Meta|^F\d/.test(keys)) return false
    const command = this.all.find(each => this.keysOf(each) === keys && (each.when?.() ?? true))
    const own = command !== undefined && useSettings.getState().settings.keys[command.id] === keys
    if (!command || (toShell && !own && !worksInTerminal(keys, command))) return false
    event.preventDefault()
    event.stopPropagation()
    command.run()
    return true
  }

  #find(id: string): Command | undefined {
    return this.all.find(command => command.id === id)
  }
}

function worksInTerminal(keys: Shortcut, command: Command): boolean {
  return (
    command.inTerminal === true ||
    keys.includes('Meta') ||
    (keys.includes('Ctrl') && keys.includes('Shift')) ||
    keys === 'Ctrl+Tab'
  )
}
