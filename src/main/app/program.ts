import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

import { shell } from 'electron/common'
import { app, nativeTheme, powerMonitor } from 'electron/main'

import { DisposableStore, toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { contract, type Contract } from '../../shared/contract/contract.ts'
import { createElectronTransport } from '../ipc/electron-transport.ts'
import { serve } from '../ipc/serve.ts'
import { openElectronPort } from '../ipc/stream-port.ts'
import type { Environment } from '../wiring/environment.ts'
import { buildServices, type Built } from '../wiring/services.ts'
import { NetworkWatch } from '../ssh/network-watch.ts'
import { JsonFile } from '../storage/json-file.ts'
import { createKeychain } from '../storage/keychain.ts'
import { AppService } from './app-service.ts'
import type { Closing } from './closing.ts'
import type { Log } from './log.ts'
import { endOf } from '../work/end-of.ts'
import { openMainWindow, revealWindow } from './main-window.ts'
import { notify } from './notify.ts'
import { externalAddress, whyRefused } from './external-address.ts'
import { pageOrigin } from './page.ts'
import { shortcuts } from './shortcuts.ts'
import { showTray } from './tray.ts'
import { windowState } from './window.ts'

export interface ProgramOptions {
  /** The folder of the built main process; the page, the preload script and the workers are beside it. */
  readonly here: string
  readonly dataFolder: string
  readonly sshFolder: string
  readonly systemConfig: string | null
  readonly env: NodeJS.ProcessEnv
  /** Resolves to null once `env` contains the login shell's variables, or to the reason why it doesn't. */
  readonly environmentReady?: Promise<string | null>
  readonly log: Log
  /** Resolves when windows can be opened; the services are built meanwhile. */
  readonly ready: Promise<unknown>
}

/** The running program: its services and its window. */
export interface Program {
  /** Shows the window, or opens it again. */
  reveal(): void
  /** Asks whether to connect to the `ssh://` URL among these arguments, if there is one. */
  askToOpen(args: readonly string[]): Promise<void>
  /** Closes connections and writes files; resolves after at most twice `endMs`. */
  end(): Promise<void>
}

/** A disk that hangs must not block quitting: each step has this many milliseconds. */
const endMs = 3_000

/** Builds the services, connects them to the page, and opens the window. */
export async function openProgram(options: ProgramOptions): Promise<Program> {
  const { here, dataFolder, log } = options
  const store = new DisposableStore()
  const network = store.add(new NetworkWatch())
  const appService = new AppService(dataFolder, network)
  const [built, state] = await Promise.all([
    buildServices(surroundings(options, appService, network)),
    JsonFile.open({
      path: join(dataFolder, 'window.json'),
      schema: windowState,
      initial: { bounds: null, maximized: false },
      showNotice: appService.showNotice.bind(appService),
    }),
    options.ready,
  ])
  store.add(built)
  const transport = createElectronTransport(pageOrigin())
  for (const name of Object.keys(contract) as (keyof Contract)[]) {
    store.add(serve(name, built.services[name] as never, { transport, reportBug: log.bug }))
  }

  let closing: Closing | undefined
  const open = () => void (closing = openMainWindow({ here, built, state, log }))
  const reveal = () => revealWindow(open)
  followQuitting(store, () => closing)
  store.add(built.settings.onChanged(settings => (nativeTheme.themeSource = settings.appearance.theme)))
  built.vault.noteUse()
  open()
  store.add(onResume(() => network.note('woke')))
  void reportEnvironment(options, appService)
  built.forwards.startWithApp()
  keepTray(store, { built, here, reveal })
  const ended = endOf(store)
  return {
    reveal,
    askToOpen: async args => {
      const address = externalAddress(args)
      if (address === undefined) return
      const refused = whyRefused(address)
      if (refused !== null) return appService.showNotice('warning', refused)
      const answer = await built.prompts.ask({ kind: 'open-address', address }, { asker: 'person', signal: ended })
      if (answer?.kind === 'open') appService.openAddress(address)
    },
    end: async () => {
      const late = () => new Promise(resolve => setTimeout(resolve, endMs))
      // Remote commands whose output nobody can read any more are stopped too.
      await Promise.race([built.runs.endAll(), late()])
      store.dispose()
      await Promise.race([Promise.all([built.flush(), state.flush()]), late()])
    },
  }
}

async function reportEnvironment({ environmentReady, env }: ProgramOptions, appService: AppService): Promise<void> {
  const why = await environmentReady
  if (why == null) return
  appService.showNotice(
    'warning',
    `Couldn’t read the environment of your login shell: ${why}. Programs that your SSH config starts are looked up in ${env['PATH'] ?? 'no folder'}. To use another PATH, start Hawser from a terminal.`,
  )
}

/** What the platform gives the services. */
function surroundings(options: ProgramOptions, appService: AppService, network: NetworkWatch): Environment {
  const { here, dataFolder, sshFolder, systemConfig, env, log, environmentReady } = options
  return {
    dataFolder,
    sshFolder,
    systemConfig,
    env,
    environmentReady,
    keychain: createKeychain(),
    keyWorker: workerIn(here, 'key-worker.cjs'),
    smallFilesWorker: workerIn(here, 'small-files-worker.cjs'),
    openPort: openElectronPort,
    app: appService,
    network,
    trash: path => shell.trashItem(path.replaceAll('/', sep)),
    shortcuts,
    notify,
    showNotice: appService.showNotice.bind(appService),
    reportBug: log.bug,
  }
}

/** Quitting closes the window too; on a system shutdown, pending writes finish and nothing is asked. */
function followQuitting(store: DisposableStore, closing: () => Closing | undefined): void {
  const quit = () => closing()?.quit()
  const shutDown = (event?: Electron.Event) => {
    event?.preventDefault()
    closing()?.shutDown()
    app.quit()
  }
  app.on('before-quit', quit)
  powerMonitor.on('shutdown', shutDown)
  store.add(
    toDisposable(() => {
      app.off('before-quit', quit)
      powerMonitor.off('shutdown', shutDown)
    }),
  )
}

function onResume(listener: () => void): Disposable {
  powerMonitor.on('resume', listener)
  return toDisposable(() => void powerMonitor.off('resume', listener))
}

/** Shows the tray icon while the user wants forwards to run without a window. */
function keepTray(
  store: DisposableStore,
  { built, here, reveal }: { readonly built: Built; readonly here: string; readonly reveal: () => void },
): void {
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

/** A worker needs a real file, so in a packaged program it is beside the archive. */
function workerIn(folder: string, name: string): URL {
  return pathToFileURL(join(folder, name).replace('app.asar', 'app.asar.unpacked'))
}
