import { join } from 'node:path'

import { app, dialog } from 'electron/main'

import { messageOf } from '../shared/base/errors.ts'
import { folders } from './app/data-folder.ts'
import { openLog } from './app/log.ts'
import { setMenu } from './app/menu.ts'
import { registerScheme, servePage } from './app/page.ts'
import { openProgram, type Program } from './app/program.ts'
import { refusedSwitch } from './app/refused-switches.ts'
import { hardenApp } from './app/security.ts'
import { isFromDesktop, readLoginEnvironment } from './app/login-environment.ts'
import { systemConfigPath } from './ssh-config/system-config.ts'
import { prepareOwnFolder } from './storage/own-folder.ts'

const here = import.meta.dirname

app.setName('Hawser')
// Root can't use the sandbox; every window also requests its own.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
registerScheme()

const { data, ssh } = folders(process.env, join(app.getPath('appData'), 'Hawser'))
const refusal = whyNotStart()
if (refusal === null) {
  app.setPath('userData', data)
  app.setPath('sessionData', join(data, 'browser'))
}

// One instance per data folder: a second start passes on its arguments and exits. macOS delivers a URL before the app
// is ready.
const earlyAddresses: string[] = []
const keepEarly = (_event: unknown, url: string) => void earlyAddresses.push(url)
app.on('open-url', keepEarly)

if (refusal !== null) void cannotStart(refusal)
else if (app.requestSingleInstanceLock()) run().catch(cannotStart)
else app.quit()

/** Returns the reason not to start and not to touch the data folder; null if all is well. */
function whyNotStart(): unknown {
  const opened = app.isPackaged ? refusedSwitch(name => app.commandLine.hasSwitch(name)) : null
  if (opened !== null) return new Error(opened)
  try {
    prepareOwnFolder(data)
    return null
  } catch (error) {
    return error
  }
}

/** Nothing works without the data folder: report that, and don't keep the lock without a window. */
async function cannotStart(error: unknown): Promise<void> {
  // A start from a terminal or another program may have nobody who sees the dialog.
  process.stderr.write(`${messageOf(error)}\n`)
  await app.whenReady()
  const title = 'Hawser can’t start'
  await dialog.showMessageBox({ type: 'error', title, message: title, detail: messageOf(error) }).catch(() => {})
  app.exit(1)
}

async function run(): Promise<void> {
  const log = openLog(data)
  process.on('uncaughtException', error => log.bug('uncaught', error))
  process.on('unhandledRejection', error => log.bug('unhandled', error))
  const ready = app.whenReady().then(() => {
    hardenApp()
    setMenu()
    servePage(join(here, '../renderer'))
  })
  const program = await openProgram({
    here,
    dataFolder: data,
    sshFolder: ssh,
    // A replacement for the user's folder is meant to be used alone.
    systemConfig: process.env['HAWSER_SSH_DIR'] === undefined ? systemConfigPath() : null,
    env: process.env,
    environmentReady: completeEnvironment(),
    log,
    ready,
  })
  takeAddresses(program)
  app.on('activate', () => program.reveal())
  app.on('window-all-closed', () => app.quit())
  endWell(program)
  log.info(`Hawser ${app.getVersion()} with Electron ${process.versions.electron}`)
}

/**
 * Adds the variables of the user's login shell if a desktop started the program; resolves to the reason if that failed.
 */
async function completeEnvironment(): Promise<string | null> {
  if (!isFromDesktop(process.env, process.platform)) return null
  const ending = new AbortController()
  app.once('will-quit', () => ending.abort())
  const found = await readLoginEnvironment(process.env, { signal: ending.signal })
  if (found.kind === 'read') Object.assign(process.env, found.variables)
  return found.kind === 'failed' && !ending.signal.aborted ? found.why : null
}

/**
 * Handles `ssh://` URLs from other programs: the user is asked, and they never open automatically. A second start
 * passes on its own.
 */
function takeAddresses(program: Program): void {
  const ask = (args: readonly string[]) => {
    program.reveal()
    void program.askToOpen(args)
  }
  app.off('open-url', keepEarly)
  void program.askToOpen([...process.argv.slice(1), ...earlyAddresses])
  app.on('open-url', (_event, url) => ask([url]))
  app.on('second-instance', (_event, argv) => ask(argv.slice(1)))
}

function endWell(program: Program): void {
  let ending = false
  app.on('will-quit', event => {
    event.preventDefault()
    if (ending) return
    ending = true
    void program.end().finally(() => app.exit(0))
  })
}
