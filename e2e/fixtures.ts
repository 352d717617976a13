import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { _electron, expect, test as base, type ElectronApplication, type Locator, type Page } from '@playwright/test'

import { needs } from './needs.ts'
import { startSshd, type Sshd } from './sshd.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'

export { expect }
export { needs, needsRoot } from './needs.ts'

/** The folder of package.json. */
export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)))

// Workers that run side by side have a display each: the clipboard belongs to the display.
const display = process.env['HAWSER_DISPLAYS']?.split(' ')[Number(process.env['TEST_PARALLEL_INDEX'] ?? 0)]
if (display) process.env['DISPLAY'] = display

export interface SeedHost {
  readonly id?: string
  readonly label: string
  readonly address?: string
  readonly port?: number
  readonly user?: string
  readonly signIn?: 'ask' | 'password' | 'key' | 'agent'
  readonly keyFile?: string
  readonly jumpHostId?: string
  readonly weakAlgorithms?: boolean
  readonly forwardAgent?: boolean
  readonly keepAlive?: 'off' | 'tmux'
  readonly proxy?: {
    readonly kind: 'http' | 'socks5' | 'socks4'
    readonly address: string
    readonly port: number
    readonly user: string | null
  }
}

export interface LaunchOptions {
  readonly hosts?: readonly SeedHost[]
  readonly settings?: Record<string, unknown>
  readonly env?: Record<string, string>
  readonly args?: readonly string[]
  /** True where the start or the end of the process is what the test is about; else tests of a worker share one process. */
  readonly ownProcess?: boolean
}

/** Hawser as a test sees it. */
export interface Hawser {
  readonly app: ElectronApplication
  readonly page: Page
  /** Ends the program in an orderly way. */
  close(): Promise<void>
}

export interface Fixtures {
  /** A folder of its own per test, taken away after it. */
  readonly folder: string
  readonly dataDir: string
  readonly sshDir: string
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly server: (options?: TestServerOptions) => Promise<TestServer>
  /** Runs tmux on the host of `sshd`, whose sessions are the test's own; returns what it prints. */
  readonly tmux: (...args: readonly string[]) => string
}

export interface WorkerFixtures {
  /** The Electron process that the worker's tests share; see src/testing/e2e-host.ts. */
  readonly sharedApp: () => Promise<ElectronApplication>
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedApp: [
    async ({}, use) => {
      const home = mkdtempSync(join(tmpdir(), 'hawser-e2e-host-'))
      let app: ElectronApplication | undefined
      await use(async () => {
        if (app?.process().exitCode !== null) app = await startApp(hostProgram, { HAWSER_DATA_DIR: home })
        return app
      })
      await app?.close().catch(() => {})
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
    { scope: 'worker' },
  ],
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-e2e-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  },
  dataDir: async ({ folder }, use) => use(join(folder, 'data')),
  sshDir: async ({ folder }, use) => {
    const ssh = join(folder, 'ssh')
    mkdirSync(ssh, { mode: 0o700 })
    await use(ssh)
  },
  tmux: async ({ sshd }, use) => {
    needs('tmux')
    const { TMUX: _outer, ...clean } = process.env
    const home = join(sshd.folder, 'home')
    const env = { ...clean, TMUX_TMPDIR: home, HOME: home, LANG: 'C.UTF-8' }
    const run = (...args: readonly string[]) =>
      spawnSync('tmux', ['-u', ...args], { env, encoding: 'utf8' }).stdout.trim()
    await use(run)
    run('kill-server')
    run('-L', 'hawser', 'kill-server')
  },
  sshd: async ({ folder }, use) => {
    const sshd = await startSshd(join(folder, 'sshd'))
    await use(sshd)
    sshd.kill()
  },
  server: async ({ folder }, use) => {
    const started: TestServer[] = []
    await use(async options => {
      const server = await startTestServer({ home: folder, ...options })
      started.push(server)
      return server
    })
    for (const server of started) server.stop()
  },
  launch: async ({ dataDir, sshDir, sharedApp }, use) => {
    const running = new Set<Hawser>()
    await use(async (options = {}) => {
      const own = options.ownProcess === true || options.env !== undefined || options.args !== undefined
      const hawser = await start({ ...options, dataDir, sshDir }, own ? null : sharedApp)
      running.add(hawser)
      return hawser
    })
    for (const hawser of running) await hawser.close()
  },
})

async function start(
  options: LaunchOptions & { dataDir: string; sshDir: string },
  sharedApp: (() => Promise<ElectronApplication>) | null,
): Promise<Hawser> {
  const { dataDir, sshDir, hosts, settings } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (hosts) seed(dataDir, 'hosts.json', { hosts: hosts.map(complete), groups: [] })
  seed(dataDir, 'settings.json', {
    ...settings,
    terminal: { screenReader: true, ...(settings?.['terminal'] as object) },
    security: { confirmClose: false, ...(settings?.['security'] as object) },
  })
  const env = { HAWSER_DATA_DIR: dataDir, HAWSER_SSH_DIR: sshDir, HOME: dirname(dataDir), ...options.env }
  const { app, end } = sharedApp
    ? await openIn(await sharedApp(), env)
    : await startOwn([...startArguments, ...(options.args ?? [])], env)
  const page = app.windows().at(-1) ?? (await app.firstWindow())
  // A question that waits hides the rest from assistive technology.
  await expect(page.getByRole('tablist', { name: 'Tabs', includeHidden: true })).toBeVisible()
  let closed = false
  return {
    app,
    page,
    close: async () => {
      if (closed) return
      closed = true
      await end()
    },
  }
}

interface Started {
  readonly app: ElectronApplication
  readonly end: () => Promise<void>
}

async function startOwn(args: readonly string[], env: Record<string, string>): Promise<Started> {
  const app = await startApp(args, env)
  await app.firstWindow()
  return { app, end: () => app.close().catch(() => {}) }
}

/** Opens the program anew in a process that other tests use before and after. */
async function openIn(app: ElectronApplication, env: Record<string, string>): Promise<Started> {
  await Promise.all([
    app.waitForEvent('window'),
    app.evaluate((_electron, given) => (globalThis as unknown as Host).openHawser({ env: given }), env),
  ])
  return {
    app,
    end: () => app.evaluate(() => (globalThis as unknown as Host).closeHawser()).catch(() => {}),
  }
}

interface Host {
  openHawser(options: { env: Record<string, string> }): Promise<void>
  closeHawser(): Promise<void>
}

function startApp(args: readonly string[], env: Record<string, string>): Promise<ElectronApplication> {
  return _electron.launch({
    executablePath: electronProgram(),
    args: [...args],
    env: { ...cleanEnv(), ...env },
  })
}

/** What the program is started with; root has no sandbox to run it in. */
export const startArguments = [...(userInfo().uid === 0 ? ['--no-sandbox'] : []), projectFolder]
const hostProgram = [...startArguments.slice(0, -1), join(projectFolder, 'out/testing/e2e-host.cjs')]

/** The program: the fallback runtime that the set-up names, or the installed one. */
export function electronProgram(): string {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  const name = { win32: 'electron.exe', darwin: 'Electron' }[process.platform as string] ?? 'electron'
  if (dist) return join(dist, name)
  return createRequire(import.meta.url)('electron') as string
}

// No agent of the person who runs the tests: it would change what is asked.
function cleanEnv(): Record<string, string> {
  // With TERM the program takes itself for started by a terminal, and reads no login shell.
  const { SSH_AUTH_SOCK: _agent, TERM = 'xterm-256color', ...env } = process.env
  return { ...env, TERM } as Record<string, string>
}

/** Writes one of the app's files as it would be found at start. */
export function seed(dataDir: string, name: string, data: unknown): void {
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, name), JSON.stringify({ version: 1, data }))
}

function complete(host: SeedHost) {
  const { id = crypto.randomUUID(), address = '127.0.0.1', ...rest } = host
  return { id, address, ...rest }
}

/** A saved host that signs in to the private sshd with its key. */
export function keyHost(sshd: Sshd, label = 'gpu-box'): SeedHost {
  return { label, port: sshd.port, user: sshd.user, signIn: 'key', keyFile: join(sshd.folder, 'id') }
}

/** Puts a server's key into known_hosts, as after an earlier visit. */
export function trust(sshDir: string, port: number, publicKey: string): void {
  const [type, key] = publicKey.split(' ')
  writeFileSync(join(sshDir, 'known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`, { flag: 'a', mode: 0o600 })
}

/** A terminal on the page: its region, and what stands on its screen. */
export function terminal(page: Page, label: string): Terminal {
  const region = page.getByRole('region', { name: `Terminal ${label}`, exact: true })
  const rows = region.getByRole('list')
  const type = async (text: string) => {
    await region.getByRole('textbox', { name: 'Terminal input' }).focus()
    await page.keyboard.type(text)
  }
  const prompt = () => expect(rows).toContainText(/[$#%>]\s*$/)
  return {
    region,
    rows,
    type,
    prompt,
    run: async command => {
      await prompt()
      await type(command)
      await page.keyboard.press('Enter')
    },
  }
}

export interface Terminal {
  readonly region: Locator
  /** The screen's rows as a screen reader has them. */
  readonly rows: Locator
  type(text: string): Promise<void>
  /** Waits until the shell asks for a command. */
  prompt(): Promise<void>
  /** Types a command once the shell asks for one: a program that still ends would throw the keys away. */
  run(command: string): Promise<void>
}

/** Opens a saved host that is already trusted, and waits for its prompt. */
export async function openShell(page: Page, label = 'gpu-box'): Promise<Terminal> {
  await page.getByRole('button', { name: label, exact: true }).click()
  const shell = terminal(page, label)
  await shell.prompt()
  return shell
}
