import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import type { ConflictChoice, TransferFailure, TransferRequest } from '../../shared/contract/transfers.ts'
import type { TransferId, TransferSnapshot, TransferState } from '../../shared/contract/transfers.ts'
import type { Turn } from '../ssh/redials.ts'
import type { CopiedRecord, PartRecord } from './part-file.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { TransferRecord } from './transfer-record.ts'

const keptFailures = 200
const shownFailures = 20

/** The reason for stopping a run. */
export type StopReason = 'pause' | 'cancel' | 'quit'

/** One transfer of the list, with the state needed to resume it. */
export class TransferEntry {
  readonly id: TransferId
  request: TransferRequest
  state: TransferState = { kind: 'queued' }
  meter = new ProgressMeter()
  failures: TransferFailure[] = []
  failed = 0
  readonly parts: Map<string, PartRecord>
  readonly copied: Map<string, CopiedRecord>
  readonly decided: Map<string, ConflictChoice>
  readonly made: Set<string>
  readonly names: Map<string, string>
  /** True once a run has started: files that are the same on both sides were copied by it. */
  begun: boolean
  abort: AbortController | undefined
  stop: StopReason | undefined
  /** Counts as the user until it continues by itself after a lost connection. */
  asker: AskedBy = 'person'
  /** How often in a row the connection was lost, or refused, without any progress. */
  losses = 0
  /** Its place among those who wait for the lost connection. */
  turn: Turn | undefined
  startedAt = 0

  constructor(id: TransferId, request: TransferRequest, record?: TransferRecord) {
    this.id = id
    this.request = request
    this.parts = new Map(Object.entries(record?.parts ?? {}))
    this.copied = new Map(Object.entries(record?.copied ?? {}))
    this.decided = new Map(Object.entries(record?.decided ?? {}))
    this.made = new Set(record?.made)
    this.names = new Map(Object.entries(record?.names ?? {}))
    this.begun = record?.begun ?? false
    if (!record) return
    this.failures = [...record.failures]
    this.failed = record.failed
    Object.assign(this.meter, record.progress, { counting: false })
    if (record.state === 'done') this.state = { kind: 'done' }
    else if (record.state === 'failed' && record.error) this.state = { kind: 'failed', error: record.error }
    // Transfers in progress when the program quit wait for the user.
    else this.state = { kind: 'paused' }
  }

  get isLive(): boolean {
    return this.state.kind === 'running' || this.state.kind === 'asking'
  }

  noteFailure(failure: TransferFailure): void {
    this.failed++
    if (this.failures.length < keptFailures) this.failures.push(failure)
  }

  /** Clears earlier errors before another run. */
  beginRun(): void {
    this.failures = []
    this.failed = 0
    this.meter = new ProgressMeter()
    this.state = { kind: 'running' }
    this.stop = undefined
    this.abort = new AbortController()
    this.startedAt = Date.now()
  }

  snapshot(now: number): TransferSnapshot {
    return {
      id: this.id,
      request: this.request,
      state: this.state,
      progress: this.meter.read(now),
      failures: this.failures.slice(0, shownFailures),
      failed: this.failed,
    }
  }

  record(): TransferRecord {
    const { files, filesTotal, bytes, bytesTotal, skipped } = this.meter
    const { kind } = this.state
    return {
      id: this.id,
      request: this.request,
      state: kind === 'done' || kind === 'failed' || kind === 'paused' ? kind : 'open',
      error: this.state.kind === 'failed' ? this.state.error : null,
      failures: this.failures,
      failed: this.failed,
      parts: Object.fromEntries(this.parts),
      copied: Object.fromEntries(this.copied),
      decided: Object.fromEntries(this.decided),
      made: [...this.made],
      names: Object.fromEntries(this.names),
      begun: this.begun,
      progress: { files, filesTotal, bytes, bytesTotal, skipped },
    }
  }
}

/** The title of a transfer: its only file, or the number of items. */
export function titleOf({ from }: TransferRequest): string {
  const [first = ''] = from.paths
  return from.paths.length === 1 ? shortName(nameOf(first)) : `${from.paths.length} items`
}
