import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

import type { ElectronApplication } from '@playwright/test'

import { expect, keyHost, needs, seed, test, trust } from '../fixtures.ts'
import { startSshd } from '../sshd.ts'
import { endLater, freePort, stopPages } from '../web-pages.ts'

test.afterEach(stopPages)

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
  const opened = await pagesOpened(electron)
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

test('a preset says that someone else’s service has its port, and opens it only when told to', async ({
  launch,
  folder,
  sshDir,
  dataDir,
}) => {
  // The service hides from its own user, and a login of root's runs as nobody: neither may see whose socket it is.
  const asNobody = userInfo().uid === 0
  if (asNobody) needs('setpriv')
  const login =
    'ForceCommand exec setpriv --reuid=65534 --regid=65534 --clear-groups /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
  const sshd = await startSshd(join(folder, 'sshd'), asNobody ? [login] : [])
  trust(sshDir, sshd.port, sshd.hostKey)
  const port = await freePort()
  const lab = { id: 'lab', name: 'Lab', ports: [port], process: 'lab-server', start: 'lab-server --port {port}' }
  seed(dataDir, 'forwards.json', { forwards: [], presets: [lab] })
  serve(join(folder, 'theirs'), [], { port, below: '/', hidden: true })

  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const opened = await pagesOpened(app)
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Forwards' }).click()
  await page.getByRole('button', { name: 'Lab' }).first().click()
  await page.getByRole('dialog', { name: 'Lab' }).getByRole('button', { name: 'Forward and open' }).click()
  const offer = page.getByRole('dialog', { name: 'Start Lab on gpu-box' })
  await expect(offer.getByRole('note')).toContainText(
    `Someone else’s service, or one in a container, listens on ${port}.`,
  )
  expect(await opened()).toEqual([])
  await offer.getByRole('button', { name: 'Open it anyway' }).click()
  await expect.poll(async () => (await opened()).length, { timeout: 30_000 }).toBe(1)
  const [address = ''] = await opened()
  expect(await (await fetch(address)).text()).toBe('service')
  sshd.kill()
})

/** Keeps the addresses that Hawser hands to the browser. */
async function pagesOpened(app: ElectronApplication): Promise<() => Promise<readonly string[]>> {
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = url => Promise.resolve(void opened.push(url))
  })
  return () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
}

interface Served {
  readonly port: number
  /** Other paths are answered with 404. */
  readonly below: string
  /** Nobody but root may look at the process: prctl(2), PR_SET_DUMPABLE. */
  readonly hidden?: boolean
  readonly tls?: readonly [certificate: string, key: string]
}

/** A page under the arguments of another program, as its real processes have them. */
function serve(program: string, args: readonly string[], { port, below, hidden = false, tls }: Served): void {
  const wrapped = tls
    ? `context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('${tls[0]}', '${tls[1]}')
server.socket = context.wrap_socket(server.socket, server_side=True)`
    : ''
  writeFileSync(
    program,
    `import ctypes, http.server, ssl
${hidden ? 'assert ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0' : ''}
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
