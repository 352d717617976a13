import { join } from 'node:path'

import { app, BrowserWindow, nativeTheme } from 'electron/main'

import type { Built } from '../wiring/services.ts'
import type { JsonFile } from '../storage/json-file.ts'
import { Closing } from './closing.ts'
import { askToClose, askToGiveUp, askToLeave, askToQuitAfterCrashes } from './closing-questions.ts'
import type { Log } from './log.ts'
import { LostPage } from './lost-page.ts'
import { openWindow, preloadPath, type WindowState } from './window.ts'

export interface MainWindowParts {
  /** The folder of the built main process. */
  readonly here: string
  readonly built: Built
  readonly state: JsonFile<WindowState>
  readonly log: Log
}

/** Opens the window, asks before it closes, and reloads its page when that crashes. */
export function openMainWindow({ here, built, state, log }: MainWindowParts): Closing {
  nativeTheme.themeSource = built.settings.current.appearance.theme
  const dark = nativeTheme.shouldUseDarkColors
  const window = openWindow({ state, preload: preloadPath(here), dark, icon: iconPath(here) })
  window.webContents.on('before-input-event', () => built.vault.noteUse())
  const closing = new Closing({
    staysInTray: () => built.settings.current.forwards.keepInTray && isAtWork(built),
    hide: () => window.hide(),
    askToClose: () => {
      const open = { session: built.terminals.live, transfer: built.transfers.live, run: built.runs.live }
      const wanted = built.settings.current.security.confirmClose
      return wanted && open.session + open.transfer + open.run > 0 ? askToClose(window, open) : null
    },
    askToLeave: () => askToLeave(window),
    close: () => (window.isDestroyed() ? undefined : window.close()),
  })
  let leaving = false
  window.on('close', event => {
    leaving = closing.mayClose()
    if (!leaving) event.preventDefault()
  })
  // Shells outlive a reloaded page, but not the window.
  window.on('closed', () => built.terminals.closeAll())
  window.on('session-end', () => {
    closing.shutDown()
    app.quit()
  })
  // Preventing this event lets the page unload.
  window.webContents.on('will-prevent-unload', event => {
    leaving = closing.mayLeave()
    if (leaving) event.preventDefault()
  })
  followPage(window, { closing, log, isClosing: () => leaving })
  return closing
}

interface Watched {
  readonly closing: Closing
  readonly log: Log
  /** True if the window is closing and waits for its page. */
  readonly isClosing: () => boolean
}

function followPage(window: BrowserWindow, { closing, log, isClosing }: Watched): void {
  const page = new LostPage({
    reload: () => (window.isDestroyed() ? undefined : window.reload()),
    endProcess: () => window.webContents.forcefullyCrashRenderer(),
    destroy: () => window.destroy(),
    quit: () => {
      closing.shutDown()
      app.quit()
    },
    askToQuit: () => askToQuitAfterCrashes(window),
    askToGiveUp: options => askToGiveUp(window, options),
    now: () => performance.now(),
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log.bug('window', new Error(`The renderer process ended: ${reason}`))
    if (reason !== 'clean-exit') page.crashed()
  })
  window.on('unresponsive', () => {
    log.bug('window', new Error('The renderer process does not respond'))
    page.stoppedAnswering({ closing: isClosing() })
  })
  window.on('responsive', () => page.answered())
  window.on('closed', () => page.answered())
}

function isAtWork({ forwards }: Built): boolean {
  return forwards.summary.up + forwards.summary.waiting > 0
}

/** Shows the window again: from the tray or taskbar, or as a new one. */
export function revealWindow(open: () => void): void {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return open()
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function iconPath(here: string): string | undefined {
  return process.platform === 'linux' ? join(here, '../../assets/icon.png') : undefined
}
