// A forward without a window, for benchmarks: reads one order as JSON, prints the listening address, and exits when its
// input ends.
import { Redials } from '../main/ssh/redials.ts'
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { ForwardRunner } from '../main/forwards/forward-runner.ts'
import { forward } from '../shared/contract/forwards.ts'
import { benchPool, type BenchServer } from './bench-pool.ts'

interface Order {
  readonly server: BenchServer
  /** The remote port; null for a SOCKS proxy. */
  readonly to: number | null
}

const input = createInterface({ input: process.stdin })
input.once('line', line => void run(JSON.parse(line) as Order))
input.once('close', () => process.exit(0))

async function run({ server, to }: Order): Promise<void> {
  const { pool, hop } = benchPool(server)
  const redials = new Redials()
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
      redial: lost => redials.wait(server.address, lost, () => Promise.resolve('away')),
      hurry: () => {},
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
