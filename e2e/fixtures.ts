import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { _electron, expect, test as base, type ElectronApplication, type Locator, type Page } from '@playwright/test'

import { startSshd, type Sshd } from './sshd.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'

export { expect }

/** The folder of package.json. */
export const projectFolder = dirname(dirname(fileURLToPath(import.meta.url)))

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
}

/** Hawser as a test sees it. */
export interface Hawser {
  readonly app: ElectronApplication
  readonly page: Page
  /** Ends the program in an orderly way. */
  close(): Promise<void>
}

interface Fixtures {
  /** A folder of its own per test, taken away after it. */
  readonly folder: string
  readonly dataDir: string
  readonly sshDir: string
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly server: (options?: TestServerOptions) => Promise<TestServer>
}

export const test = base.extend<Fixtures>({
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
  launch: async ({ dataDir, sshDir }, use) => {
    const running = new Set<Hawser>()
    await use(async (options = {}) => {
      const hawser = await start({ ...options, dataDir, sshDir })
      running.add(hawser)
      return hawser
    })
    for (const hawser of running) await hawser.close()
  },
})

async function start(options: LaunchOptions & { dataDir: string; sshDir: string }): Promise<Hawser> {
  const { dataDir, sshDir, hosts, settings } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (hosts) seed(dataDir, 'hosts.json', { hosts: hosts.map(complete), groups: [] })
  seed(dataDir, 'settings.json', {
    ...settings,
    terminal: { screenReader: true, ...(settings?.['terminal'] as object) },
    security: { confirmClose: false, ...(settings?.['security'] as object) },
  })
  const app = await _electron.launch({
    executablePath: electronProgram(),
    args: [...startArguments, ...(options.args ?? [])],
    env: { ...cleanEnv(), HAWSER_DATA_DIR: dataDir, HAWSER_SSH_DIR: sshDir, HOME: dirname(dataDir), ...options.env },
  })
  const page = await app.firstWindow()
  // A question that waits hides the rest from assistive technology.
  await expect(page.getByRole('tablist', { name: 'Tabs', includeHidden: true })).toBeVisible()
  let closed = false
  return {
    app,
    page,
    close: async () => {
      if (closed) return
      closed = true
      await app.close().catch(() => {})
    },
  }
}

/** What the program is started with; root has no sandbox to run it in. */
export const startArguments = [...(userInfo().uid === 0 ? ['--no-sandbox'] : []), projectFolder]

/** The program: the fallback runtime that the set-up names, or the installed one. */
export function electronProgram(): string {
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (dist) return join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron')
  return createRequire(import.meta.url)('electron') as string
}

// No agent of the person who runs the tests: it would change what is asked.
function cleanEnv(): Record<string, string> {
  const { SSH_AUTH_SOCK: _agent, ...env } = process.env
  return env as Record<string, string>
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
  return {
    region,
    rows,
    type,
    prompt: () => expect(rows).toContainText(/[$#%>]\s*$/),
    run: async command => {
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
  run(command: string): Promise<void>
}

/** Opens a saved host that is already trusted, and waits for its prompt. */
export async function openShell(page: Page, label = 'gpu-box'): Promise<Terminal> {
  await page.getByRole('button', { name: label, exact: true }).click()
  const shell = terminal(page, label)
  await shell.prompt()
  return shell
}
