import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What the in-process SSH server can be told; see src/testing/ssh-server.ts. */
export interface TestServerOptions {
  readonly port?: number
  readonly hostKey?: string
  readonly password?: string
  readonly keys?: readonly string[]
  readonly rounds?: readonly {
    readonly name: string
    readonly text: string
    readonly prompts: readonly { readonly prompt: string; readonly echo: boolean }[]
    readonly answers: readonly string[]
  }[]
  readonly require?: readonly string[]
  readonly shell?: 'pty' | 'echo' | { readonly base64: string }
  readonly head?: string
  readonly mute?: boolean
  readonly stall?: boolean
  readonly banner?: string
  readonly expired?: { readonly prompt: string; readonly refuses?: readonly string[] }
  /** The home of a `pty` shell; it must exist. */
  readonly home?: string
}

export interface TestServer {
  readonly port: number
  /** The host key as known_hosts has it. */
  readonly publicKey: string
  readonly events: { readonly kind: string; readonly method?: string; readonly ok?: boolean; readonly text?: string }[]
  stop(): void
}

/** Runs the in-process SSH server as a program of its own. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const program = fileURLToPath(new URL('../out/testing/ssh-server.cjs', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write(`${JSON.stringify(options)}\n`)
  const events: TestServer['events'] = []
  const listening = await new Promise<{ port: number; publicKey: string }>((resolve, reject) => {
    child.once('exit', code => reject(new Error(`The test server ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', line => {
      const event = JSON.parse(line) as { kind: string; port: number; publicKey: string }
      if (event.kind === 'listening') resolve(event)
      else events.push(event)
    })
  })
  return { port: listening.port, publicKey: listening.publicKey, events, stop: () => void child.kill('SIGKILL') }
}
