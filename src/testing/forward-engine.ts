// A forward without a window, for benchmarks: reads one order as JSON, prints where it listens, ends with its input.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

import { ForwardRunner } from '../main/forwards/forward-runner.ts'
import type { PlannedHop } from '../main/ssh/connection-plan.ts'
import { ConnectionPool } from '../main/ssh/connection-pool.ts'
import type { Connection } from '../main/ssh/connection.ts'
import { Dialer } from '../main/ssh/dialer.ts'
import { KeyRing } from '../main/ssh/key-ring.ts'
import { KnownHostsFile } from '../main/ssh/known-hosts-file.ts'
import { forward } from '../shared/contract/forwards.ts'

interface Order {
  readonly server: { address: string; port: number; user: string; keyFile: string; sshFolder: string; worker: string }
  /** The port over there; null for a SOCKS proxy. */
  readonly to: number | null
}

const input = createInterface({ input: process.stdin })
input.once('line', line => void run(JSON.parse(line) as Order))
input.once('close', () => process.exit(0))

async function run({ server, to }: Order): Promise<void> {
  const hop: PlannedHop = {
    ...server,
    key: 'bench',
    label: 'bench',
    signIn: 'key',
    weakAlgorithms: false,
    hostId: null,
  }
  const dialer = new Dialer({
    prompter: { ask: question => Promise.resolve(question.kind === 'new-key' ? { kind: 'trust' } : null) },
    knownHosts: new KnownHostsFile(server.sshFolder),
    secrets: { locked: false, get: () => Promise.resolve(null), set: () => Promise.resolve() },
    keys: new KeyRing({ sshFolder: server.sshFolder, worker: pathToFileURL(join(server.worker)) }),
    agent: () => Promise.resolve([]),
    onKeyDecision: () => {},
    onForgotten: () => {},
  })
  const pool = new ConnectionPool<Connection>(options => dialer.dial(options), 30_000)
  const end = (port: number) => ({ kind: 'tcp', address: '127.0.0.1', port })
  const runner = new ForwardRunner(
    forward.parse({
      id: randomUUID(),
      label: 'bench',
      target: { kind: 'address', address: server.address },
      kind: to === null ? 'dynamic' : 'local',
      listen: end(0),
      to: to === null ? null : end(to),
    }),
    {
      lease: options => pool.lease([hop], { ...options, noSessions: true }),
      knock: () => Promise.resolve(false),
      onChanged: () => {},
      onRefused: () => {},
      reportBug: (_where, error) => console.error(error),
    },
  )
  await runner.start(false)
  process.stdout.write(`${JSON.stringify({ state: runner.state, listening: runner.listening })}\n`)
  setInterval(
    () => process.stdout.write(`${JSON.stringify({ rssMb: process.memoryUsage.rss() / 1048576 })}\n`),
    500,
  ).unref()
}
