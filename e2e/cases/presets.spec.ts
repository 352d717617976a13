import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

import type { ElectronApplication } from '@playwright/test'

import { expect, keyHost, needs, needsRoot, openShell, seed, test, trust } from '../fixtures.ts'
import { startSshd, type Sshd } from '../sshd.ts'
import { endLater, freePort, stopPages } from '../web-pages.ts'

test.afterEach(stopPages)

// A user ID that no account has, and that owns no listening sockets.
const stranger = 64_321

test('a preset opens the page below the prefix that its service was given, and over https where it speaks TLS', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  needs('openssl')
  trust(sshDir, sshd.port, sshd.hostKey)
  const at = (name: string) => join(folder, name)
  const certificate = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1']
  execFileSync('openssl', ['req', ...certificate, '-keyout', at('key'), '-out', at('cert')], { stdio: 'ignore' })
  const [board, app] = [await freePort(), await freePort()]
  serve(at('tensorboard'), ['--path_prefix', '/abc/def', '--port', String(board)], { port: board, below: '/abc/def/' })
  serve(at('streamlit'), ['run', 'app.py', '--server.port', String(app)], {
    port: app,
    below: '/',
    tls: [at('cert'), at('key')],
  })

  const { app: electron, page } = await launch({ hosts: [keyHost(sshd)] })
  const opened = await catchOpened(electron)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Forwards' }).click()
  for (const [count, name] of ['TensorBoard', 'Streamlit'].entries()) {
    await page.getByRole('button', { name }).first().click()
    await page.getByRole('dialog', { name }).getByRole('button', { name: 'Forward and open' }).click()
    await expect.poll(async () => (await opened()).length, { timeout: 30_000 }).toBe(count + 1)
  }
  const [first = '', second = ''] = await opened()
  expect(first).toMatch(/^http:\/\/127\.[\d.]+:\d+\/abc\/def\/?$/)
  expect(await (await fetch(first)).text()).toBe('service')
  expect(second).toMatch(/^https:\/\//)
})

test('a preset opens another user’s page only when asked to, and never with the user’s own token', async ({
  launch,
  sshDir,
  dataDir,
  folder,
}) => {
  needsRoot('to sign in as another user')
  needs('setpriv', 'ss')
  const port = await freePort()
  const requested = await serveAsOther(port)
  const sshd = await sshdOf(stranger, folder)
  try {
    trust(sshDir, sshd.port, sshd.hostKey)
    // Jupyter leaves this file behind when it is killed; then another user’s service took the port.
    const runtime = join(sshd.folder, 'home/.local/share/jupyter/runtime')
    mkdirSync(runtime, { recursive: true })
    writeFileSync(join(runtime, 'jpserver-7.json'), JSON.stringify({ port, token: 's3cret', pid: 7, base_url: '/' }))
    const preset = { id: 'jupyter', name: 'Jupyter', ports: [port], process: 'jupyter', token: 'jupyter' }
    seed(dataDir, 'forwards.json', { presets: [preset] })

    const { app, page } = await launch({ hosts: [keyHost(sshd)] })
    const opened = await catchOpened(app)
    // The ports of a host are looked at while it is connected.
    await openShell(page)
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Forwards' }).click()
    await page.getByRole('button', { name: 'Jupyter' }).click()
    await page.getByRole('dialog', { name: 'Jupyter' }).getByRole('button', { name: 'Forward and open' }).click()
    const note = page.getByRole('dialog', { name: 'Start Jupyter on gpu-box' }).getByRole('note')
    await expect(note).toContainText(`Another user or a container is listening on port ${port}.`)
    expect([await opened(), requested]).toEqual([[], []])
    const found = page.getByRole('list', { name: 'Detected ports', includeHidden: true })
    await expect(
      found.getByRole('listitem', { name: `${port} Another user’s process`, includeHidden: true }),
    ).toBeVisible({
      timeout: 40_000,
    })

    await note.getByRole('button', { name: 'Open anyway' }).click()
    await expect.poll(async () => (await opened()).length, { timeout: 20_000 }).toBe(1)
    const [url = ''] = await opened()
    expect(await (await fetch(url)).text()).toBe('page of another user')
    expect([url, ...requested].join(' ')).not.toMatch(/token|s3cret/)
  } finally {
    sshd.kill()
  }
})

/** Catches addresses on their way to the browser; the answer returns them. */
async function catchOpened(electron: ElectronApplication): Promise<() => Promise<readonly string[]>> {
  await electron.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = url => Promise.resolve(void opened.push(url))
  })
  return () => electron.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
}

/** A server whose commands run as a user who owns nothing; its home can be read by everyone. */
async function sshdOf(uid: number, folder: string): Promise<Sshd> {
  const sshd = await startSshd(join(folder, 'sshd'), [
    `ForceCommand exec setpriv --reuid=${uid} --regid=${uid} --clear-groups sh -c "\${SSH_ORIGINAL_COMMAND:-exec sh -i}"`,
  ])
  for (const each of [folder, sshd.folder]) chmodSync(each, 0o711)
  return sshd
}

/** A page of the user who runs the tests; the answer fills with the addresses that are requested from it. */
async function serveAsOther(port: number): Promise<readonly string[]> {
  const requested: string[] = []
  const server = createServer((request, response) => {
    requested.push(request.url ?? '')
    response.end('page of another user')
  })
  endLater(server)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return requested
}

interface Served {
  readonly port: number
  /** Other paths are answered with 404. */
  readonly below: string
  readonly tls?: readonly [certificate: string, key: string]
}

/** A page under the arguments of another program, as its real processes have them. */
function serve(program: string, args: readonly string[], { port, below, tls }: Served): void {
  const wrapped = tls
    ? `context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('${tls[0]}', '${tls[1]}')
server.socket = context.wrap_socket(server.socket, server_side=True)`
    : ''
  writeFileSync(
    program,
    `import http.server, ssl
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path.startswith('${below}') or self.path + '/' == '${below}'
        self.send_response(200 if found else 404); self.end_headers(); self.wfile.write(b'service' if found else b'')
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(('127.0.0.1', ${port}), Page)
${wrapped}
server.serve_forever()
`,
  )
  endLater(spawn('/usr/bin/python3', [program, ...args], { stdio: 'ignore' }))
}
