import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'

import { _electron, expect, test, type ElectronApplication, type Page } from '@playwright/test'

import { electronProgram, projectFolder, startArguments } from './fixtures.ts'

// As another user than root, since only then the sandbox is on. Root gives the folders to `nobody`.
const asRoot = userInfo().uid === 0
const nobody = 65_534

let app: ElectronApplication
let page: Page
let folder: string

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hawser-sandbox-'))
  const program = asRoot ? forNobody(folder) : { executablePath: electronProgram(), args: [projectFolder] }
  app = await _electron.launch({
    ...program,
    chromiumSandbox: true,
    env: {
      ...(process.env as Record<string, string>),
      HOME: folder,
      XDG_CONFIG_HOME: folder,
      HAWSER_DATA_DIR: join(folder, 'data'),
      HAWSER_SSH_DIR: join(folder, 'ssh'),
    },
  })
  page = await app.firstWindow()
  await expect(page.getByRole('tablist', { name: 'Tabs' })).toBeVisible()
})

test.afterAll(async () => {
  await app?.close().catch(() => {})
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

/** The program as `nobody` may run it: copied to where it can be read, started through a script that drops root. */
function forNobody(at: string): { executablePath: string; args: string[] } {
  chmodSync(at, 0o755)
  const dist = join(at, 'electron')
  cpSync(dirname(electronProgram()), dist, { recursive: true })
  // The setuid helper is what Chromium uses where user namespaces are not to be had.
  chownSync(join(dist, 'chrome-sandbox'), 0, 0)
  chmodSync(join(dist, 'chrome-sandbox'), 0o4755)
  const copy = join(at, 'app')
  mkdirSync(copy)
  for (const name of ['package.json', 'out', 'assets'])
    cpSync(join(projectFolder, name), join(copy, name), { recursive: true })
  for (const name of ['keytar', 'node-pty'])
    cpSync(join(projectFolder, 'node_modules', name), join(copy, 'node_modules', name), { recursive: true })
  for (const name of ['data', 'ssh']) {
    mkdirSync(join(at, name), { mode: 0o700 })
    chownSync(join(at, name), nobody, nobody)
  }
  chownSync(at, nobody, nobody)
  const script = join(at, 'as-nobody')
  writeFileSync(
    script,
    `#!/bin/sh\nexec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups "${join(dist, 'electron')}" "$@"\n`,
    { mode: 0o755 },
  )
  return { executablePath: script, args: [copy] }
}

test('it runs as a user other than root, with the sandbox on for the page', async () => {
  expect(await app.evaluate(() => process.getuid?.())).not.toBe(0)
  expect(await app.evaluate(({ app: program }) => program.commandLine.hasSwitch('no-sandbox'))).toBe(false)
  const metrics = await app.evaluate(({ app: program }) =>
    program.getAppMetrics().map(({ type, sandboxed }) => ({ type, sandboxed })),
  )
  // Linux does not tell `sandboxed`; there the renderer's seccomp filter does.
  const pids = await app.evaluate(({ app: program }) =>
    program
      .getAppMetrics()
      .filter(each => each.type === 'Tab')
      .map(each => each.pid),
  )
  expect(metrics.length).toBeGreaterThan(1)
  if (process.platform !== 'linux') {
    expect(metrics).toContainEqual({ type: 'Tab', sandboxed: true })
    return
  }
  const { readFileSync } = await import('node:fs')
  for (const pid of pids) expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Seccomp:\t2$/m)
})

test('the page has no node, no electron and only the bridge', async () => {
  const found = await page.evaluate(() => ({
    require: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
    module: typeof (globalThis as { module?: unknown }).module,
    bridge: Object.keys((globalThis as unknown as { bridge: object }).bridge).sort(),
  }))
  expect(found).toEqual({
    require: 'undefined',
    process: 'undefined',
    module: 'undefined',
    bridge: ['invoke', 'on', 'pathOf'],
  })
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>
    }
    const { sandbox, contextIsolation, nodeIntegration, webviewTag, webSecurity } = contents.getLastWebPreferences()
    return {
      sandbox,
      contextIsolation,
      nodeIntegration,
      webviewTag: webviewTag ?? false,
      webSecurity: webSecurity ?? true,
    }
  })
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webviewTag: false,
    webSecurity: true,
  })
})

test('the content security policy refuses eval, inline scripts and other origins', async () => {
  expect(new URL(page.url()).protocol).toBe('app:')
  const result = await page.evaluate(async () => {
    const refused: string[] = []
    document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective))
    // What the debugger evaluates may call eval; a timer's string may not.
    window.setTimeout('window.evalRan = true')
    const script = document.createElement('script')
    script.textContent = 'window.inlineRan = true'
    document.body.append(script)
    const fetched = await fetch('http://127.0.0.1:9/').then(
      () => 'yes',
      () => 'no',
    )
    const image = new Image()
    image.src = 'http://127.0.0.1:9/x.png'
    await new Promise(resolve => (image.onerror = resolve))
    return {
      evalRan: 'evalRan' in window,
      inlineRan: 'inlineRan' in window,
      fetched,
      refused: [...new Set(refused)].sort(),
    }
  })
  expect(result).toEqual({
    evalRan: false,
    inlineRan: false,
    fetched: 'no',
    refused: ['connect-src', 'img-src', 'script-src', 'script-src-elem'],
  })
})

test('permissions, navigation, new windows and webviews are refused', async () => {
  const before = page.url()
  let hits = 0
  const server = createServer((_request, response) => {
    hits++
    response.end('elsewhere')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const elsewhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const result = await page.evaluate(async elsewhere => {
    const opened = window.open(elsewhere) === null
    const place = await new Promise<string>(resolve =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('yes'),
        error => resolve(`no ${error.code}`),
      ),
    )
    const clipboard = await navigator.clipboard.readText().then(
      () => 'yes',
      () => 'no',
    )
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => 'yes',
      () => 'no',
    )
    const notices = await Notification.requestPermission()
    const webview = document.createElement('webview')
    webview.setAttribute('src', elsewhere)
    document.body.append(webview)
    const hasWebview = typeof (webview as { loadURL?: unknown }).loadURL
    webview.remove()
    // A navigation begins a turn later: it gets its time before anybody looks.
    location.href = elsewhere
    await new Promise(resolve => setTimeout(resolve, 500))
    return { opened, place, clipboard, microphone, notices, hasWebview }
  }, elsewhere)
  server.close()
  expect(hits).toBe(0)
  expect(result).toEqual({
    opened: true,
    place: 'no 1',
    clipboard: 'no',
    microphone: 'no',
    notices: 'denied',
    hasWebview: 'undefined',
  })
  expect(page.url()).toBe(before)
  expect(app.windows()).toHaveLength(1)
})

test('files outside the page’s folder are not served', async () => {
  const answers = await page.evaluate(async () => {
    const paths = ['/../main/main.cjs', '/%2e%2e/main/main.cjs', '/..%2f..%2fpackage.json', '/nothing.js']
    return Promise.all(
      paths.map(path =>
        fetch(path).then(
          answer => answer.status,
          () => 0,
        ),
      ),
    )
  })
  expect(answers.every(status => status === 404 || status === 0)).toBe(true)
})

test('only our own channels pass, only web and mail addresses open', async () => {
  const result = await page.evaluate(async () => {
    const { bridge } = window as unknown as {
      bridge: {
        invoke(channel: string, input: unknown): Promise<unknown>
        on(channel: string, listener: () => void): void
      }
    }
    const tried = async (run: () => unknown) => {
      try {
        return JSON.stringify(await run())
      } catch (error) {
        return String(error)
      }
    }
    return {
      foreign: await tried(() => bridge.invoke('ELECTRON_BROWSER_REQUIRE', 'fs')),
      listen: await tried(() => bridge.on('chrome', () => {})),
      file: await tried(() => bridge.invoke('hawser:app.openExternal', { url: 'file:///etc/passwd' })),
      script: await tried(() => bridge.invoke('hawser:app.openExternal', { url: 'javascript:alert(1)' })),
      extra: await tried(() => bridge.invoke('hawser:settings.get', { extra: 1 })),
    }
  })
  expect(result.foreign).toContain('Refused channel')
  expect(result.listen).toContain('Refused channel')
  for (const reply of [result.file, result.script, result.extra]) expect(reply).toContain('"code":"invalid-input"')
})

test('main handles nothing but the calls of its contract', async () => {
  const handled = await app.evaluate(({ ipcMain }) => [
    ...(ipcMain as unknown as { _invokeHandlers: Map<string, unknown> })._invokeHandlers.keys(),
  ])
  // Which calls these are is compared with the contract in serve.test.ts.
  expect(handled.filter(channel => !/^hawser:[A-Za-z]+\.[A-Za-z]+$/.test(channel))).toEqual([])
  expect(handled).toContain('hawser:hosts.list')
})

test('the data folder belongs to its user alone', async () => {
  test.skip(process.platform === 'win32', 'Windows has no modes')
  const { statSync } = await import('node:fs')
  expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
  expect(existsSync(join(folder, 'data', 'logs', 'main.log'))).toBe(true)
})

test('somebody else’s folder for the data is refused with a sentence, and stays as it is', async () => {
  test.skip(!asRoot, 'giving a folder to somebody else takes root')
  const theirs = join(folder, 'theirs')
  mkdirSync(theirs)
  chmodSync(theirs, 0o755)
  chownSync(theirs, nobody, nobody)
  const hawser = spawn(electronProgram(), startArguments, { env: { ...process.env, HAWSER_DATA_DIR: theirs } })
  let said = ''
  hawser.stderr.on('data', chunk => (said += String(chunk)))
  await expect.poll(() => said).toContain('belongs to another user')
  // It waits until somebody closes its dialog.
  hawser.kill()
  expect([statSync(theirs).mode & 0o777, readdirSync(theirs)]).toEqual([0o755, []])
})
