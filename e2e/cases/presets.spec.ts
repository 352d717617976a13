import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, needs, test, trust } from '../fixtures.ts'
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
  await electron.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = url => Promise.resolve(void opened.push(url))
  })
  const opened = () => electron.evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
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
