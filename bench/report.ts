import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const baseline = fileURLToPath(new URL('./baseline.json', import.meta.url))

/** One measurement: ours beside the peer's, taken in the same run. */
export interface Measurement {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly peers: Readonly<Record<string, number>>
  readonly aim: string
}

/** Prints a measurement as ratios to its peers, and keeps it when HAWSER_BENCH_KEEP is set. */
export function report(measurement: Measurement): void {
  const { name, unit, ours, peers, aim } = measurement
  const round = (value: number) => Number(value.toPrecision(3))
  const ratios = Object.entries(peers).map(
    ([peer, value]) => `${round(ours / value)} x ${peer} (${round(value)} ${unit})`,
  )
  console.log(`  ${name}: ${round(ours)} ${unit}${ratios.length > 0 ? `, ${ratios.join(', ')}` : ''}; aim: ${aim}`)
  if (!process.env['HAWSER_BENCH_KEEP']) return
  const kept = existsSync(baseline) ? (JSON.parse(readFileSync(baseline, 'utf8')) as Record<string, unknown>) : {}
  const rounded = Object.fromEntries(Object.entries(peers).map(([peer, value]) => [peer, round(value)]))
  const next = { ...kept, [name]: { unit, ours: round(ours), peers: rounded, aim } }
  writeFileSync(baseline, `${JSON.stringify(next, null, 2)}\n`)
}

/** The value below which `share` of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
