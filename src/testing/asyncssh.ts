import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The module that it needs, under the name that `lacks` knows. */
export const asyncsshModule = '/usr/lib/python3/dist-packages/asyncssh'

/** Starts a real asyncssh server; it accepts the key `id`, and rekeys every `rekeySeconds`. */
export async function startAsyncssh(
  folder: string,
  { rekeySeconds = 0 } = {},
): Promise<{ port: number; user: string; id: string; stop(): void }> {
  mkdirSync(folder, { recursive: true })
  const at = (name: string) => join(folder, name)
  for (const name of ['host', 'id']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  const script = fileURLToPath(new URL('asyncssh-server.py', import.meta.url))
  // Debian's Python, whichever comes first in PATH: only it has Debian's packages.
  const server = spawn('/usr/bin/python3', ['-W', 'ignore', script, at('host'), at('id.pub'), String(rekeySeconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())))
    server.once('exit', code => reject(new Error(`asyncssh ended with ${code}`)))
  })
  return { port, user: userInfo().username, id: at('id'), stop: () => void server.kill() }
}
