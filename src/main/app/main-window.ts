import { join } from 'node:path'

import { BrowserWindow, dialog, nativeTheme } from 'electron/main'

import type { Built } from '../services.ts'
import type { JsonFile } from '../storage/json-file.ts'
import type { Log } from './log.ts'
import { openWindow, preloadPath, type WindowState } from './window.ts'

export interface MainWindowParts {
  /** The folder of the built main. */
  readonly here: string
  readonly built: Built
  readonly state: JsonFile<WindowState>
  readonly log: Log
  /** True when a window that is closed only hides: forwards go on in the tray. */
  readonly stays: () => boolean
  /** The person changed their mind about quitting. */
  readonly stay: () => void
}

/** Opens the window, asks before it is closed, and brings it back when its page ends. */
export function openMainWindow({ here, built, state, log, stays, stay }: MainWindowParts): void {
  nativeTheme.themeSource = built.settings.current.appearance.theme
  const dark = nativeTheme.shouldUseDarkColors
  const window = openWindow({ state, preload: preloadPath(here), dark, icon: iconPath(here) })
  window.webContents.on('before-input-event', () => built.vault.noteUse())
  window.webContents.on('will-prevent-unload', event => {
    if (!leaveUnsaved(window)) return stay()
    // Prevented, the page does not get to stay.
    event.preventDefault()
  })
  window.on('close', event => {
    if (stays()) {
      event.preventDefault()
      return window.hide()
    }
    if (mayClose(window, built)) return
    event.preventDefault()
    stay()
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.bug('window', new Error(`The page ended: ${reason}`))
    if (reason !== 'clean-exit') window.reload()
  })
}

/** Brings the window back: from the tray, from the task bar, or a new one. */
export function revealWindow(open: () => void): void {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return open()
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** Live sessions end with the window; that is asked about once, unless the person chose otherwise. */
function mayClose(window: Electron.BrowserWindow, built: Built): boolean {
  const { live } = built.terminals
  const moving = built.transfers.live
  const running = built.runs.live
  if (live + moving + running === 0 || !built.settings.current.security.confirmClose) return true
  window.show()
  const choice = dialog.showMessageBoxSync(window, {
    type: 'question',
    message: openText({ session: live, transfer: moving, run: running }),
    detail:
      moving > 0
        ? 'Transfers are kept and can be resumed at the next start. What runs in tmux or screen over there goes on.'
        : 'Closing Hawser ends it. What runs in tmux or screen over there goes on.',
    buttons: ['Close Hawser', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  })
  return choice === 0
}

/** The page holds a text that is not saved: true when the person gives it up. */
function leaveUnsaved(window: Electron.BrowserWindow): boolean {
  window.show()
  const choice = dialog.showMessageBoxSync(window, {
    type: 'question',
    message: 'A file that is open in the editor has changes that are not saved.',
    detail: 'Closing Hawser loses them.',
    buttons: ['Close without saving', 'Go on editing'],
    defaultId: 1,
    cancelId: 1,
  })
  return choice === 0
}

function openText(open: Readonly<Record<string, number>>): string {
  const some = Object.entries(open).filter(([, count]) => count > 0)
  const parts = some.map(([name, count]) => (count === 1 ? `One ${name}` : `${count} ${name}s`))
  const all = some.reduce((sum, [, count]) => sum + count, 0)
  return `${new Intl.ListFormat('en').format(parts)} ${all === 1 ? 'is' : 'are'} still open.`
}

function iconPath(here: string): string | undefined {
  return process.platform === 'linux' ? join(here, '../../assets/icon.png') : undefined
}
