// The transfer engine without a window, as a program: a line of JSON is an order, and a line of JSON reports its
// duration. The connection is open before the clock starts, as in the window.
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createInterface } from 'node:readline'

import type { FileSystem } from '../main/files/file-system.ts'
import { LocalFiles } from '../main/files/local-files.ts'
import { openRemoteFiles } from '../main/files/remote-files.ts'
import { SmallFiles } from '../main/files/small-files.ts'
import { fixedLine } from '../main/ssh/command-line.ts'
import type { Connection } from '../main/ssh/connection.ts'
import { PathLocks } from '../main/transfers/path-locks.ts'
import { ProgressMeter } from '../main/transfers/progress-meter.ts'
import { TransferRun } from '../main/transfers/transfer-run.ts'
import { transferRequest } from '../shared/contract/transfers.ts'
import { benchPool, type BenchServer } from './bench-pool.ts'

interface Order {
  /** `echo` reports the round-trip time of one byte through `cat` while the previous order runs. */
  readonly kind: 'open' | 'get' | 'put' | 'list' | 'echo' | 'end'
  /** Returned with the answer. */
  readonly id?: number
  readonly from?: string
  readonly to?: string
  readonly server?: BenchServer
}

const signal = new AbortController().signal
let local = new LocalFiles()
let remote: FileSystem | undefined
let control: Connection | undefined
let peakMb = 0
// The system's peak memory of a process starts at that of its parent.
setInterval(() => (peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1024 / 1024)), 100).unref()

createInterface({ input: process.stdin }).on('line', line => void obey(JSON.parse(line) as Order))

async function obey(order: Order): Promise<void> {
  try {
    const started = performance.now()
    const more = await perform(order)
    say({ id: order.id, ms: performance.now() - started, ...more })
    if (order.kind === 'end') process.exit(0)
  } catch (error) {
    say({ id: order.id, error: error instanceof Error ? error.message : String(error) })
  }
}

async function perform({ kind, from = '', to = '', server }: Order): Promise<object> {
  if (kind === 'open' && server) return open(server)
  if (kind === 'echo' && control) return echo(control)
  if (kind === 'end' || !remote) return {}
  if (kind === 'list') {
    let [count, firstMs] = [0, 0]
    const started = performance.now()
    await remote.list(from, {
      signal,
      onEntries: entries => {
        firstMs ||= performance.now() - started
        count += entries.length
      },
    })
    return { count, firstMs }
  }
  const [source, target] = kind === 'get' ? [remote, local] : [local, remote]
  const meter = new ProgressMeter()
  const failures: unknown[] = []
  const here = { target: { kind: 'local' as const } }
  const run = new TransferRun({
    request: transferRequest.parse({ from: { side: here, paths: [from] }, to: { side: here, path: to } }),
    source,
    target,
    meter,
    again: false,
    parts: new Map(),
    decided: new Map(),
    made: new Set(),
    names: new Map(),
    locks: new PathLocks(),
    signal,
    pass: () => undefined,
    ask: () => Promise.resolve(null),
    onFailure: failure => failures.push(failure),
    onPartsChanged: () => {},
  })
  await run.run()
  return {
    files: meter.files,
    bytes: meter.bytes,
    packed: meter.packed,
    failures: failures.slice(0, 3),
    peakMb,
  }
}

async function open(server: NonNullable<Order['server']>): Promise<object> {
  local = new LocalFiles(new SmallFiles(pathToFileURL(join(dirname(server.worker), 'small-files-worker.cjs'))))
  const { pool, hop } = benchPool(server)
  const lease = (key: string, quiet: boolean) => pool.lease([{ ...hop, key }], { onStep: () => {}, signal, quiet })
  const shared = await lease('control', false)
  control = shared.connection
  remote = await openRemoteFiles({
    key: 'bench',
    lease: shared,
    leaseMore: index => lease(`data ${index}`, true),
    leaseAlone: () => lease('files', false),
    askSudo: null,
    signal,
  })
  // The first round trip is measured right after the sign-in.
  for (
    let tries = 0;
    tries < 100 && shared.connection.link.kind === 'ready' && shared.connection.link.latencyMs === null;
    tries++
  )
    await new Promise(resolve => setTimeout(resolve, 50))
  // Users take longer than this between opening a pane and starting a copy; by then the first lane is open.
  const { roundTripMs, chunk } = remote.pace
  await new Promise(resolve => setTimeout(resolve, 12 * roundTripMs))
  return { roundTripMs, chunk }
}

// The typing speed of a user.
const keyMs = 120
const keys = 40

/** Measures the round trips of single bytes through a shell on the shared connection, in milliseconds. */
async function echo(connection: Connection): Promise<object> {
  const { channel } = await connection.exec(fixedLine`cat`, signal)
  const times: number[] = []
  for (let key = 0; key < keys; key++) {
    const started = performance.now()
    await new Promise(resolve => {
      channel.once('data', resolve)
      channel.write('x')
    })
    times.push(performance.now() - started)
    await new Promise(resolve => setTimeout(resolve, keyMs))
  }
  channel.close()
  times.sort((a, b) => a - b)
  return { medianMs: times[keys / 2], p95Ms: times[Math.floor(keys * 0.95)] }
}

function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}
