import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { ElectronApplication, Page } from '@playwright/test'

import { expect, keyHost, needs, openShell, seed, test, trust, type Hawser, type LaunchOptions } from './fixtures.ts'
import type { Sshd } from './sshd.ts'
import { endLater, freePort, ownOrigin, pageAs, pageOn, stopPages, textAt } from './web-pages.ts'

interface Given {
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly sshDir: string
}

test.afterEach(stopPages)

/** Records the URLs that the program would open in the browser. */
async function catchOpened(app: ElectronApplication): Promise<() => Promise<string[]>> {
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = url => Promise.resolve(void opened.push(url))
  })
  return () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
}

async function open({ launch, sshd, sshDir }: Given): Promise<Hawser & { opened: () => Promise<string[]> }> {
  trust(sshDir, sshd.port, sshd.hostKey)
  const hawser = await launch({ hosts: [keyHost(sshd)] })
  const opened = await catchOpened(hawser.app)
  await hawser.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Forwards' }).click()
  return { ...hawser, opened }
}

async function newForward(page: Page, fields: { kind?: string; listen: string; to?: string; label: string }) {
  await page.getByRole('button', { name: 'New forward' }).click()
  const dialog = page.getByRole('dialog', { name: 'New forward' })
  await dialog.getByRole('textbox', { name: 'Label' }).fill(fields.label)
  if (fields.kind !== undefined) await dialog.getByRole('combobox', { name: 'Type' }).selectOption(fields.kind)
  await dialog.getByRole('textbox', { name: /listening port$/ }).fill(fields.listen)
  if (fields.to !== undefined) await dialog.getByRole('textbox', { name: /^Destination/ }).fill(fields.to)
  await dialog.getByRole('button', { name: 'Save and start' }).click()
  const row = page.getByRole('list', { name: 'Saved forwards' }).getByRole('listitem', { name: fields.label })
  await expect(row.getByRole('status')).toContainText('up')
  return row
}

test('local, remote and dynamic forwards carry data, stop, and are restored at the next start', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const { page, opened } = await open({ launch, sshd, sshDir })
  const [web, here, back, socks] = [await freePort(), await freePort(), await freePort(), await freePort()]
  await pageOn(web, 'the page')
  const local = await newForward(page, { label: 'Web', listen: String(here), to: String(web) })
  expect(await textAt(here)).toBe('the page')
  await local.getByRole('button', { name: 'Open Web' }).click()
  // Each host has its own loopback address, so that no other host gets the cookies of its pages.
  await expect.poll(opened).toEqual([expect.stringMatching(ownOrigin(here))])
  await newForward(page, { label: 'Back', kind: 'remote', listen: String(back), to: String(web) })
  expect(await textAt(back)).toBe('the page')
  await newForward(page, { label: 'Proxy', kind: 'dynamic', listen: String(socks) })
  const curl = ['-s', '--socks5-hostname', `127.0.0.1:${socks}`, `http://localhost:${web}/`]
  expect((await promisify(execFile)('curl', curl)).stdout).toBe('the page')
  await expect(page.getByRole('contentinfo')).toContainText('3 active')
  await local.getByRole('button', { name: 'Stop Web' }).click()
  await expect(local.getByRole('status')).toContainText('off')
  await expect.poll(() => textAt(here)).toBe('')
  await page.reload()
  const list = page.getByRole('list', { name: 'Saved forwards' })
  await page.getByRole('link', { name: 'Forwards' }).click()
  await expect(list.getByRole('listitem')).toHaveCount(3)
  await list.getByRole('button', { name: 'Start Web' }).click()
  await expect.poll(() => textAt(here)).toBe('the page')
})

test('an ssh command is pasted, drawn, and shown again as a command', async ({ launch, sshd, sshDir }) => {
  const { page } = await open({ launch, sshd, sshDir })
  await page.getByRole('button', { name: 'New forward' }).click()
  const dialog = page.getByRole('dialog', { name: 'New forward' })
  await dialog.getByRole('textbox', { name: 'From an ssh command' }).fill('ssh -N -L 8000:node17:8089 gpu')
  await expect(dialog.getByRole('textbox', { name: 'Local listening port' })).toHaveValue('8000')
  await expect(dialog.getByRole('textbox', { name: 'Destination, as seen from the host' })).toHaveValue('node17:8089')
  await expect(dialog.getByLabel('Equivalent ssh command')).toHaveText(
    `ssh -N -L 8000:node17:8089 -p ${sshd.port} ${sshd.user}@127.0.0.1`,
  )
  await dialog.getByRole('textbox', { name: 'Local listening port' }).fill('0.0.0.0:8000')
  await dialog.getByRole('button', { name: 'Save and start' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Other computers could connect')
})

test('a preset finds its service, forwards it at the address of its host, and opens its page', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { page, opened } = await open({ launch, sshd, sshDir })
  const port = await freePort()
  await pageAs(['tensorboard', '--logdir', 'runs', '--port', String(port)], port, folder)
  await page.getByRole('button', { name: 'TensorBoard' }).click()
  await page.getByRole('dialog', { name: 'TensorBoard' }).getByRole('button', { name: 'Forward and open' }).click()
  // The host is this machine, and the same port is free at the host's own loopback address.
  await expect.poll(async () => (await opened()).length, { timeout: 20_000 }).toBe(1)
  const [url = ''] = await opened()
  expect(await (await fetch(url)).text()).toBe('service')
  expect(url).toMatch(ownOrigin(port))
  const row = page.getByRole('list', { name: 'Saved forwards' }).getByRole('listitem', { name: 'TensorBoard' })
  await expect(row.getByRole('status')).toContainText('up')
  await expect(row).toContainText(new URL(url).host)
})

test('closing the dialog cancels a launch, and a notice says what was left running on the host', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const { page } = await open({ launch, sshd, sshDir })
  await page.getByRole('button', { name: /^Show all \d+/ }).click()
  await page.getByRole('button', { name: 'MLflow' }).click()
  await page.getByRole('dialog', { name: 'MLflow' }).getByRole('button', { name: 'Forward and open' }).click()
  const dialog = page.getByRole('dialog', { name: 'Start MLflow on gpu-box' })
  await dialog.getByRole('textbox', { name: 'Command' }).fill('echo started; exec sleep 60')
  await dialog.getByRole('button', { name: 'Start and open' }).click()
  await expect(page.getByText('Starting MLflow on gpu-box')).toBeVisible()
  const log = join(sshd.folder, 'home', '.cache', 'hawser', 'mlflow.log')
  await expect.poll(() => (existsSync(log) ? readFileSync(log, 'utf8') : '')).toContain('started')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByText(/Hawser started MLflow on gpu-box and has not stopped it/)).toBeVisible()
})

// Ends the services that a test started on the host.
test.afterEach(async ({ sshd }) => {
  await promisify(execFile)('pkill', ['-f', 'mlflow ui --port']).catch(() => {})
  const env = { ...process.env, TMUX_TMPDIR: join(sshd.folder, 'home') }
  await promisify(execFile)('tmux', ['kill-server'], { env }).catch(() => {})
})

test('a preset that is not running is started on the host, in the chosen working directory', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { page, opened } = await open({ launch, sshd, sshDir })
  const where = join(folder, 'my project')
  mkdirSync(where)
  writeFileSync(join(where, 'index.html'), 'from the project')
  await page.getByRole('button', { name: /^Show all \d+/ }).click()
  await page.getByRole('button', { name: 'MLflow' }).click()
  await page.getByRole('dialog', { name: 'MLflow' }).getByRole('button', { name: 'Forward and open' }).click()
  const dialog = page.getByRole('dialog', { name: 'Start MLflow on gpu-box' })
  await expect(dialog.getByRole('textbox', { name: 'Command' })).toHaveValue(/mlflow ui/)
  await dialog.getByRole('textbox', { name: 'Working directory' }).fill(where)
  await dialog.getByRole('textbox', { name: 'Command' }).fill('no-such-program {port}')
  await dialog.getByRole('button', { name: 'Start and open' }).click()
  await expect(dialog.getByRole('alert')).toContainText('no-such-program', { timeout: 20_000 })
  // A stand-in with the arguments of the real program, by which it is found.
  writeFileSync(
    join(where, 'mlflow'),
    'import runpy, sys\nsys.argv = ["x", sys.argv[-1]]\nrunpy.run_module("http.server", run_name="__main__")\n',
  )
  await dialog.getByRole('textbox', { name: 'Command' }).fill(`exec /usr/bin/python3 mlflow ui --port {port}`)
  await dialog.getByRole('button', { name: 'Start and open' }).click()
  await expect.poll(async () => (await opened()).length, { timeout: 30_000 }).toBe(1)
  const [url = ''] = await opened()
  expect(await (await fetch(url)).text()).toBe('from the project')
})

test('a real Jupyter is started, opened with its token, and found again after a restart elsewhere', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  needs('jupyter-notebook')
  test.setTimeout(150_000)
  const { page, opened } = await open({ launch, sshd, sshDir })
  await page.getByRole('button', { name: 'Jupyter' }).click()
  await page.getByRole('dialog', { name: 'Jupyter' }).getByRole('button', { name: 'Forward and open' }).click()
  const dialog = page.getByRole('dialog', { name: 'Start Jupyter on gpu-box' })
  const command = dialog.getByRole('textbox', { name: 'Command' })
  const [first, second] = [await freePort(), await freePort()]
  const start = (port: number) => `jupyter-notebook --no-browser --ip=127.0.0.1 --allow-root --port=${port}`
  await command.fill(start(first))
  await dialog.getByRole('textbox', { name: 'Working directory' }).fill(folder)
  await dialog.getByRole('button', { name: 'Start and open' }).click()
  await expect.poll(async () => (await opened()).length, { timeout: 60_000 }).toBe(1)
  const read = async (url: string) => {
    const { origin, searchParams } = new URL(url)
    const answer = await fetch(`${origin}/api/contents?token=${searchParams.get('token') ?? ''}`)
    return answer.status
  }
  const [before = ''] = await opened()
  expect(before).toMatch(ownOrigin(first))
  expect(before).toMatch(/\?token=[0-9a-f]{20,}/)
  expect(await read(before)).toBe(200)
  await promisify(execFile)('pkill', ['-f', `port=${first}`])
  endLater(
    spawn('sh', ['-c', `exec ${start(second)}`], {
      stdio: 'ignore',
      cwd: folder,
      env: { ...process.env, HOME: join(sshd.folder, 'home') },
    }),
  )
  const row = page.getByRole('list', { name: 'Saved forwards' }).getByRole('listitem', { name: 'Jupyter' })
  await expect
    .poll(
      async () => {
        await row.getByRole('button', { name: 'Open Jupyter' }).click()
        return (await opened()).at(-1) !== before
      },
      { timeout: 60_000, intervals: [2_000] },
    )
    .toBe(true)
  const after = (await opened()).at(-1) ?? ''
  expect(await read(after)).toBe(200)
  expect(new URL(after).searchParams.get('token')).not.toBe(new URL(before).searchParams.get('token'))
})

test('a detected port is forwarded, and a link to it in a terminal opens locally', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const hawser = await launch({ hosts: [keyHost(sshd)] })
  const { page } = hawser
  const opened = await catchOpened(hawser.app)
  const shell = await openShell(page)
  const port = await freePort()
  await pageAs(['demo.py', '--share'], port, folder)
  const side = page.getByRole('complementary', { name: 'Side panel' })
  await expect(side.getByRole('button', { name: `Forward port ${port} from gpu-box` })).toBeVisible({ timeout: 20_000 })
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Forwards' }).click()
  const found = page.getByRole('list', { name: 'Detected ports' })
  await found.getByRole('button', { name: `Forward port ${port} from gpu-box` }).click()
  await expect.poll(async () => (await opened()).length, { timeout: 20_000 }).toBe(1)
  const [url = ''] = await opened()
  expect(await (await fetch(url)).text()).toBe('service')
  await expect(found.getByRole('button', { name: `Forward port ${port} from gpu-box` })).toHaveCount(0)
  await page.getByRole('tab', { name: /gpu-box/ }).click()
  await shell.run(`echo http://localhost:${port}/lab`)
  const box = await shell.rows.getByText(`http://localhost:${port}/lab`).last().boundingBox()
  const screen = await page.locator('.xterm-screen').boundingBox()
  if (!box || !screen) throw new Error('nothing to click')
  // The terminal looks for links when the pointer moves.
  await expect
    .poll(async () => {
      await page.mouse.move(screen.x + 90, box.y + 4)
      await page.mouse.move(screen.x + 60, box.y + 8, { steps: 5 })
      await page.keyboard.down('Control')
      await page.mouse.click(screen.x + 60, box.y + 8)
      await page.keyboard.up('Control')
      return (await opened()).at(-1)
    })
    .toBe(`${url}lab`)
})

test('a forward reconnects when its server is back, and the page loads through it', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const { page } = await open({ launch, sshd, sshDir })
  const [web, here] = [await freePort(), await freePort()]
  await pageOn(web, 'the page')
  const row = await newForward(page, { label: 'Web', listen: String(here), to: String(web) })
  sshd.kill()
  await expect(row.getByRole('status')).toContainText('reconnecting')
  // A request during the outage waits for the connection.
  const early = textAt(here)
  await sshd.restart()
  await expect(row.getByRole('status')).toContainText('up', { timeout: 8_000 })
  expect(await early).toBe('the page')
  expect(await textAt(here)).toBe('the page')
})

test('errors are shown on the row of a forward: a port in use, a refused connection', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
}) => {
  const taken = createServer()
  const port = await new Promise<number>(resolve =>
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
  )
  const id = '6f1c9d2e-5b1a-4c3e-9f60-0123456789ab'
  const end = { kind: 'tcp', address: '127.0.0.1', port }
  const target = {
    kind: 'address',
    address: '127.0.0.1',
    port: sshd.port,
    user: sshd.user,
    jumps: [],
    keyFile: join(sshd.folder, 'id'),
  }
  seed(dataDir, 'forwards.json', {
    forwards: [
      {
        id,
        label: 'Stubborn',
        target,
        kind: 'local',
        listen: end,
        to: { ...end, port: await freePort() },
        freePort: false,
      },
    ],
  })
  const { page } = await open({ launch, sshd, sshDir })
  const row = page.getByRole('listitem', { name: 'Stubborn' })
  await row.getByRole('button', { name: 'Start Stubborn' }).click()
  await expect(row.getByRole('status')).toContainText('failed')
  await expect(row).toContainText(`Port ${port} is in use by`)
  taken.close()
  await row.getByRole('button', { name: 'Start Stubborn' }).click()
  await expect(row.getByRole('status')).toContainText('up')
  // The destination refuses connections: the error is shown, and the forward stays active.
  await new Promise(resolve =>
    connect(port, '127.0.0.1')
      .on('close', resolve)
      .on('error', () => {})
      .end('x'),
  )
  await expect(row).toContainText('refused the connection')
})

test('a forward keeps running without a window if the settings say so', async ({ launch, sshd, sshDir, dataDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const [web, here] = [await freePort(), await freePort()]
  await pageOn(web, 'the page')
  const end = (port: number) => ({ kind: 'tcp', address: '127.0.0.1', port })
  const target = {
    kind: 'address',
    address: '127.0.0.1',
    port: sshd.port,
    user: sshd.user,
    jumps: [],
    keyFile: join(sshd.folder, 'id'),
  }
  seed(dataDir, 'forwards.json', {
    forwards: [
      {
        id: '6f1c9d2e-5b1a-4c3e-9f60-0123456789ab',
        label: 'Web',
        target,
        kind: 'local',
        listen: end(here),
        to: end(web),
        start: 'app',
      },
    ],
  })
  const { app } = await launch({
    ownProcess: true,
    hosts: [keyHost(sshd)],
    settings: { forwards: { keepInTray: true } },
  })
  await expect.poll(() => textAt(here)).toBe('the page')
  const visible = () =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(window => window.isVisible()))
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(visible).toEqual([false])
  expect(await textAt(here)).toBe('the page')
  // Starting Hawser again brings the window back.
  await app.evaluate(({ app: program }) => program.emit('second-instance', {}, ['hawser']))
  await expect.poll(visible).toEqual([true])
})
