import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'

import { expect } from './fixtures.ts'

const running: (ChildProcess | Server)[] = []

/** A process or server that ends with the test. */
export function endLater(child: ChildProcess | Server): void {
  running.push(child)
}

/** Ends what the test started. */
export function stopPages(): void {
  for (const each of running.splice(0)) {
    if ('kill' in each) each.kill('SIGKILL')
    else each.close()
  }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await new Promise<number>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Matches a page at a loopback address that a host has to itself. */
export function ownOrigin(port: number): RegExp {
  return new RegExp(`^http://127\\.(3[2-9]|[4-9]\\d|1[01]\\d|12[0-7])\\.\\d+\\.\\d+:${port}/`)
}

/** A web page on this machine, which is also the host. */
export async function pageOn(port: number, text: string): Promise<void> {
  const server = createHttp((_request, response) => response.end(text))
  running.push(server)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
}

/** Under the arguments of another program, as its real processes have them. */
export async function pageAs(args: readonly string[], port: number, folder: string): Promise<void> {
  const home = mkdtempSync(join(folder, 'as-'))
  const program = join(home, args[0] as string)
  writeFileSync(
    program,
    `#!/usr/bin/env python3
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'service')
    def log_message(self, *_): pass
http.server.HTTPServer(('127.0.0.1', ${port}), Page).serve_forever()
`,
    { mode: 0o755 },
  )
  running.push(spawn('/usr/bin/python3', [program, ...args.slice(1)], { stdio: 'ignore' }))
  await expect.poll(() => textAt(port)).toBe('service')
}

/** What a page says; nothing where none answers. */
export async function textAt(port: number): Promise<string> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    answer => answer.text(),
    () => '',
  )
}
