import { chmodSync, mkdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

import { shell } from 'electron/common'
import { app, BrowserWindow, dialog, nativeTheme, powerMonitor } from 'electron/main'

import { messageOf } from '../shared/base/errors.ts'
import { DisposableStore, type Disposable } from '../shared/base/lifecycle.ts'
import { contract, type Contract } from '../shared/contract/contract.ts'
import { AppService } from './app/app-service.ts'
import { folders } from './app/data-folder.ts'
import { openLog, type Log } from './app/log.ts'
import { setMenu } from './app/menu.ts'
import { notify } from './app/notify.ts'
import { shortcuts } from './app/shortcuts.ts'
import { outsideAddress } from './app/outside-address.ts'
import { pageOrigin, registerScheme, servePage } from './app/page.ts'
import { hardenApp } from './app/security.ts'
import { showTray } from './app/tray.ts'
import { openWindow, preloadPath, windowState, type WindowState } from './app/window.ts'
import { createElectronTransport } from './ipc/electron-transport.ts'
import { serve } from './ipc/serve.ts'
import { openElectronPort } from './ipc/stream-port.ts'
import { buildServices, type Built } from './services.ts'
import { NetworkWatch } from './ssh/network-watch.ts'
import { systemConfigPath } from './ssh-config/system-config.ts'
import { JsonFile, type Tell } from './storage/json-file.ts'
import { createKeychain } from './storage/keychain.ts'

const here = import.meta.dirname

const quitMs = 3_000

app.setName('Hawser')
// Root has no sandbox to give; every window asks for its own besides.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
registerScheme()

const { data, ssh } = folders(process.env, join(app.getPath('appData'), 'Hawser'))
mkdirSync(data, { recursive: true, mode: 0o700 })
if (process.platform !== 'win32') chmodSync(data, 0o700)
app.setPath('userData', data)
app.setPath('sessionData', join(data, 'browser'))

// One instance per data folder: a second start hands its arguments over and ends.
// macOS tells of an address before anything is ready.
const earlyAddresses: string[] = []
const keepEarly = (_event: unknown, url: string) => void earlyAddresses.push(url)
app.on('open-url', keepEarly)

if (app.requestSingleInstanceLock()) run().catch(cannotStart)
else app.quit()

/** Nothing works without the data folder: that is said, and the lock is not held by a program without a window. */
function cannotStart(error: unknown): void {
  dialog.showErrorBox('Hawser can’t start', messageOf(error))
  app.exit(1)
}

async function run(): Promise<void> {
  const log = openLog(data)
  process.on('uncaughtException', error => log.bug('uncaught', error))
  process.on('unhandledRejection', error => log.bug('unhandled', error))

  const store = new DisposableStore()
  const network = store.add(new NetworkWatch())
  const appService = new AppService(data, network)
  const tell = appService.tell.bind(appService)
  const [built, state] = await Promise.all([
    buildServices({
      dataFolder: data,
      sshFolder: ssh,
      // A stand-in for a person's folder is there to be alone with.
      systemConfig: process.env['HAWSER_SSH_DIR'] === undefined ? systemConfigPath() : null,
      env: process.env,
      keychain: createKeychain(),
      keyWorker: workerIn(here, 'key-worker.cjs'),
      smallFilesWorker: workerIn(here, 'small-files-worker.cjs'),
      openPort: openElectronPort,
      app: appService,
      network,
      trash: path => shell.trashItem(path.replaceAll('/', sep)),
      openPath: path => shell.openPath(path),
      shortcuts,
      notify,
      tell,
      reportBug: log.bug,
    }),
    openWindowState(tell),
    app.whenReady(),
  ])
  store.add(built)

  hardenApp()
  setMenu()
  servePage(join(here, '../renderer'))
  const transport = createElectronTransport(pageOrigin())
  for (const name of Object.keys(contract) as (keyof Contract)[]) {
    store.add(serve(name, built.services[name] as never, { transport, reportBug: log.bug }))
  }

  let quitting = false
  app.on('before-quit', () => (quitting = true))
  const stays = () => !quitting && built.settings.current.forwards.keepInTray && isAtWork(built)
  const stay = () => (quitting = false)
  const open = () => openMainWindow({ built, state, log, stays, stay })
  const reveal = () => revealWindow(open)
  built.settings.onChanged(settings => (nativeTheme.themeSource = settings.appearance.theme))
  built.vault.noteUse()
  open()

  takeAddresses(built, appService, reveal)
  powerMonitor.on('resume', () => network.note())
  app.on('activate', reveal)
  built.forwards.startWithApp()
  keepTray(store, built, reveal)
  app.on('window-all-closed', () => app.quit())
  endWell(store, { settle: () => built.runs.endAll(), flush: () => Promise.all([built.flush(), state.flush()]) })
  log.info(`Hawser ${app.getVersion()} with Electron ${process.versions.electron}`)
}

function openWindowState(tell: Tell): Promise<JsonFile<WindowState>> {
  const initial = { bounds: null, maximized: false }
  return JsonFile.open({ path: join(data, 'window.json'), schema: windowState, initial, tell })
}

interface MainWindowParts {
  readonly built: Built
  readonly state: JsonFile<WindowState>
  readonly log: Log
  /** True when a window that is closed only hides: forwards go on in the tray. */
  readonly stays: () => boolean
  /** The person changed their mind about quitting. */
  readonly stay: () => void
}

function openMainWindow({ built, state, log, stays, stay }: MainWindowParts): void {
  nativeTheme.themeSource = built.settings.current.appearance.theme
  const dark = nativeTheme.shouldUseDarkColors
  const window = openWindow({ state, preload: preloadPath(here), dark, icon: iconPath() })
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

function isAtWork({ forwards }: Built): boolean {
  return forwards.summary.up + forwards.summary.waiting > 0
}

/** The tray's icon, while the person wants forwards to go on without a window. */
function keepTray(store: DisposableStore, built: Built, reveal: () => void): void {
  let tray: Disposable | undefined
  const follow = () => {
    const wanted = built.settings.current.forwards.keepInTray
    if (wanted === (tray !== undefined)) return
    tray?.dispose()
    tray = wanted
      ? showTray({ icon: join(here, '../../assets/icon.png'), forwards: built.forwards, open: reveal })
      : undefined
  }
  follow()
  store.add(built.settings.onChanged(follow))
  store.add({ dispose: () => tray?.dispose() })
}

/** Brings the window back: from the tray, from the task bar, or a new one. */
function revealWindow(open: () => void): void {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return open()
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** `ssh://` addresses from outside: asked about, never opened by themselves. A second start hands its own over. */
function takeAddresses(built: Built, appService: AppService, reveal: () => void): void {
  const askToOpen = async (address: string | undefined) => {
    if (address === undefined) return
    const answer = await built.prompts.ask({ kind: 'open-address', address }, new AbortController().signal)
    if (answer?.kind === 'open') appService.openAddress(address)
  }
  app.off('open-url', keepEarly)
  void askToOpen(outsideAddress([...process.argv.slice(1), ...earlyAddresses]))
  app.on('open-url', (_event, url) => {
    reveal()
    void askToOpen(outsideAddress([url]))
  })
  app.on('second-instance', (_event, argv) => {
    reveal()
    void askToOpen(outsideAddress(argv.slice(1)))
  })
}

interface Ending {
  /** Ends over there what has nobody to read it any more. */
  readonly settle: () => Promise<unknown>
  readonly flush: () => Promise<unknown>
}

/** Connections are closed and files written out before the process ends; a disk that hangs does not keep it. */
function endWell(store: DisposableStore, { settle, flush }: Ending): void {
  let ending = false
  app.on('will-quit', event => {
    event.preventDefault()
    if (ending) return
    ending = true
    const late = () => new Promise(resolve => setTimeout(resolve, quitMs))
    const end = async () => {
      await Promise.race([settle(), late()])
      store.dispose()
      await Promise.race([flush(), late()])
    }
    void end().finally(() => app.exit(0))
  })
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

/** A worker starts from a real file, so in a packed program it lies beside the archive. */
function workerIn(folder: string, name: string): URL {
  return pathToFileURL(join(folder, name).replace('app.asar', 'app.asar.unpacked'))
}

function iconPath(): string | undefined {
  return process.platform === 'linux' ? join(here, '../../assets/icon.png') : undefined
}
