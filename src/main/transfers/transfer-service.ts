import { randomUUID } from 'node:crypto'

import { AppError, toWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { TransferId, TransferList, TransferRequest } from '../../shared/contract/transfers.ts'
import { sideKey, type FileSides } from '../files/file-sides.ts'
import type { Prompter } from '../prompts/prompter.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import type { JsonFile } from '../storage/json-file.ts'
import { BroughtLinks } from './brought-links.ts'
import { LeftoverParts } from './leftover-parts.ts'
import { PathLocks } from './path-locks.ts'
import type { Conflict } from './placement.ts'
import { SpeedLimits } from './speed-limits.ts'
import { TransferEntry, type StopReason } from './transfer-entry.ts'
import type { TransferFile } from './transfer-record.ts'
import { TransferRun } from './transfer-run.ts'
import { Announcer } from '../work/announcer.ts'

type Contract = Services['transfers']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface TransferServiceParts {
  readonly sides: FileSides
  readonly prompter: Prompter
  readonly file: JsonFile<TransferFile>
  /** Called when a transfer has ended, with its duration in milliseconds. */
  readonly onEnded: (entry: TransferEntry, tookMs: number) => void
  /** Waits until the lost connection of a transfer is to be dialed again. */
  readonly redial: (request: TransferRequest, lost: Lost) => Turn
  readonly reportBug: (where: string, error: unknown) => void
  /** Shows an informational message. */
  readonly note: (text: string) => void
}

const announceMs = 100
const saveMs = 1_000
const maxAtOnce = 3
const maxPerHost = 2
// A server that has just restarted or is overloaded refuses connections before the sign-in: after a lost connection, so
// many refusals in a row are waited for, about ten minutes.
const maxRefusals = 14
const linkCodes = new Set(['lost', 'timed-out', 'unreachable', 'refused', 'name-not-found', 'too-many-connections'])

/**
 * The list of transfers: runs several at a time, resumes after a lost connection, and saves unfinished ones to disk.
 */
export class TransferService implements Contract, Disposable {
  readonly #changed = new Announcer(() => this.#snapshot(), {
    everyMs: announceMs,
    moves: () => this.#entries.some(entry => entry.isLive),
  })
  readonly onChanged = this.#changed.event
  readonly #parts: TransferServiceParts
  readonly #locks = new PathLocks()
  readonly #limits: SpeedLimits
  readonly #leftovers: LeftoverParts
  readonly #brought: BroughtLinks
  #entries: TransferEntry[]
  #saving: NodeJS.Timeout | undefined
  #over = false

  constructor(parts: TransferServiceParts) {
    this.#parts = parts
    const { transfers, limits, leftovers, brought } = parts.file.value
    this.#brought = new BroughtLinks(brought)
    this.#entries = transfers.map(record => new TransferEntry(record.id, record.request, record))
    this.#limits = new SpeedLimits(limits)
    this.#leftovers = new LeftoverParts({
      sides: parts.sides,
      locks: this.#locks,
      leftovers,
      isWanted: (side, path) =>
        this.#entries.some(({ request, parts: kept }) => kept.has(path) && sideKey(request.to.side) === sideKey(side)),
      onChanged: () => this.#saveSoon(),
    })
  }

  /** The number of active transfers. */
  get live(): number {
    return this.#entries.filter(entry => entry.isLive || entry.state.kind === 'waiting').length
  }

  enqueue(request: Input<'enqueue'>): TransferId {
    const entry = new TransferEntry(randomUUID() as TransferId, request)
    this.#entries.push(entry)
    this.#touch()
    this.#schedule()
    return entry.id
  }

  pause({ id }: Input<'pause'>): void {
    return this.#halt(this.#find(id))
  }

  resume({ id }: Input<'resume'>): void {
    return this.#requeue(this.#find(id))
  }

  retry({ id }: Input<'retry'>): void {
    return this.#requeue(this.#find(id))
  }

  async cancel({ id }: Input<'cancel'>): Promise<void> {
    const entry = this.#find(id)
    if (!entry) return
    if (entry.isLive) return this.#break(entry, 'cancel')
    entry.turn?.dispose()
    this.#remove(entry)
    await this.#discardParts(entry)
  }

  pauseAll(): void {
    return this.#entries.forEach(entry => this.#halt(entry))
  }

  resumeAll(): void {
    return this.#entries.filter(entry => entry.state.kind === 'paused').forEach(entry => this.#requeue(entry))
  }

  clear(): void {
    this.#entries = this.#entries.filter(({ state }) => state.kind !== 'done')
    this.#touch()
  }

  reorder({ id, before }: Input<'reorder'>): void {
    const entry = this.#find(id)
    if (!entry || id === before) return
    const rest = this.#entries.filter(each => each !== entry)
    const at = before === null ? rest.length : rest.findIndex(each => each.id === before)
    this.#entries = rest.toSpliced(at < 0 ? rest.length : at, 0, entry)
    this.#touch()
  }

  setLimits(limits: Input<'setLimits'>): void {
    this.#limits.set(limits)
    this.#touch()
  }

  list(): TransferList {
    return this.#snapshot()
  }

  /** Resolves once the list is on disk. Running transfers continue; `dispose` stops them. */
  async flush(): Promise<void> {
    if (this.#saving) await this.#save()
    await this.#parts.file.flush()
  }

  dispose(): void {
    this.#over = true
    for (const entry of this.#entries) {
      entry.turn?.dispose()
      if (entry.isLive) this.#break(entry, 'quit')
    }
    this.#leftovers.dispose()
    if (this.#saving) void this.#save()
    this.#changed.dispose()
  }

  #find(id: TransferId): TransferEntry | undefined {
    return this.#entries.find(entry => entry.id === id)
  }

  #halt(entry: TransferEntry | undefined): void {
    if (!entry) return
    if (entry.isLive) return this.#break(entry, 'pause')
    if (entry.state.kind !== 'queued' && entry.state.kind !== 'waiting') return
    entry.turn?.dispose()
    entry.state = { kind: 'paused' }
    this.#touch()
  }

  #requeue(entry: TransferEntry | undefined): void {
    if (!entry || entry.isLive || entry.state.kind === 'queued') return
    entry.turn?.dispose()
    entry.losses = 0
    entry.asker = 'person'
    entry.state = { kind: 'queued' }
    this.#touch()
    this.#schedule()
  }

  #break(entry: TransferEntry, why: StopReason): void {
    entry.stop = why
    entry.abort?.abort()
  }

  #remove(entry: TransferEntry): void {
    this.#entries = this.#entries.filter(each => each !== entry)
    this.#touch()
  }

  #schedule(): void {
    if (this.#over) return
    for (const entry of this.#entries) {
      // A transfer waiting for an answer doesn't block others.
      const live = this.#entries.filter(each => each.state.kind === 'running')
      if (live.length >= maxAtOnce) return
      if (entry.state.kind !== 'queued') continue
      const hosts = hostsOf(entry)
      const busy = hosts.some(host => live.filter(each => hostsOf(each).includes(host)).length >= maxPerHost)
      if (!busy) void this.#run(entry)
    }
  }

  async #run(entry: TransferEntry): Promise<void> {
    entry.beginRun()
    this.#touch()
    try {
      await this.#runOnce(entry)
      entry.state =
        entry.failed === 0 ? { kind: 'done' } : { kind: 'failed', error: someFailed(entry.failed, entry.failures[0]) }
      if (entry.failed === 0) {
        for (const kept of [entry.made, entry.names, entry.decided, entry.copied]) kept.clear()
        // Part files that an earlier run started, for files that no longer exist or were excluded.
        void this.#discardParts(entry)
      }
    } catch (error) {
      await this.#broken(entry, error)
    }
    this.#touch()
    if (entry.state.kind === 'done' || entry.state.kind === 'failed')
      this.#parts.onEnded(entry, Date.now() - entry.startedAt)
    this.#schedule()
  }

  async #runOnce(entry: TransferEntry): Promise<void> {
    const { sides } = this.#parts
    const { request } = entry
    const signal = entry.abort?.signal as AbortSignal
    const source = await sides.borrow(request.from.side, signal, entry.asker)
    try {
      const target = await sides.borrow(request.to.side, signal, entry.asker)
      try {
        const run = new TransferRun({
          request,
          source: source.files,
          target: target.files,
          meter: entry.meter,
          again: entry.begun,
          copied: entry.copied,
          parts: entry.parts,
          decided: entry.decided,
          made: entry.made,
          names: entry.names,
          locks: this.#locks,
          signal,
          pass: this.#limits.passFor(request),
          ask: conflict => this.#ask(entry, conflict, signal),
          onFailure: failure => entry.noteFailure(failure),
          onPartsChanged: () => this.#saveSoon(),
          brought: this.#brought.on(request.to.side),
          onNote: this.#parts.note,
        })
        entry.begun = true
        await run.run()
      } finally {
        target.dispose()
      }
    } finally {
      source.dispose()
    }
  }

  async #broken(entry: TransferEntry, error: unknown): Promise<void> {
    const known = error instanceof AppError
    if (!known) this.#parts.reportBug('transfer', error)
    if (entry.stop === 'cancel') {
      this.#remove(entry)
      await this.#discardParts(entry)
      return
    }
    const { code } = toWireError(error)
    if (entry.stop || code === 'cancelled') entry.state = { kind: 'paused' }
    else if (known && (linkCodes.has(code) || mayPass(code, entry))) this.#waitFor(entry, error)
    else entry.state = { kind: 'failed', error: toWireError(error) }
  }

  #waitFor(entry: TransferEntry, error: AppError): void {
    entry.losses = entry.meter.bytes > 0 ? 1 : entry.losses + 1
    entry.turn = this.#parts.redial(entry.request, {
      error,
      // What has made progress is not kept waiting for long.
      upMs: entry.meter.bytes > 0 ? Infinity : 0,
      run: () => {
        entry.asker = 'background'
        entry.state = { kind: 'queued' }
        this.#touch()
        this.#schedule()
      },
    })
    entry.state = { kind: 'waiting', until: entry.turn.until, error: toWireError(error) }
  }

  async #ask(entry: TransferEntry, conflict: Conflict, signal: AbortSignal) {
    const { request } = entry
    entry.state = { kind: 'asking' }
    this.#touch()
    const side = ({ size, mtimeMs }: Conflict['source']) => ({ size, mtimeMs })
    const answer = await this.#parts.prompter.ask(
      {
        kind: 'conflict',
        name: shortName(nameOf(conflict.to)),
        folder: shortName(parentOf(conflict.to)),
        source: { place: { side: request.from.side, path: conflict.from }, ...side(conflict.source) },
        target: { place: { side: request.to.side, path: conflict.to }, ...side(conflict.target) },
        canResume: conflict.canResume,
        canStop: true,
      },
      { asker: entry.asker, signal },
    )
    entry.state = { kind: 'running' }
    this.#touch()
    if (answer?.kind !== 'conflict') {
      entry.stop ??= answer?.kind === 'stop' ? 'cancel' : 'pause'
      return null
    }
    if (answer.all) entry.request = { ...request, options: { ...request.options, conflict: answer.choice } }
    return { choice: answer.choice, all: answer.all }
  }

  /** Deletes the part files that this transfer will not resume. */
  async #discardParts(entry: TransferEntry): Promise<void> {
    const paths = [...entry.parts.keys()]
    entry.parts.clear()
    await this.#leftovers.discard(entry.request.to.side, paths)
  }

  #snapshot(): TransferList {
    const now = performance.now()
    return { transfers: this.#entries.map(entry => entry.snapshot(now)), limits: this.#limits.value }
  }

  #touch(): void {
    this.#changed.touch()
    this.#saveSoon()
  }

  #saveSoon(): void {
    this.#saving ??= setTimeout(() => void this.#save(), saveMs)
  }

  async #save(): Promise<void> {
    clearTimeout(this.#saving)
    this.#saving = undefined
    const transfers = this.#entries.map(entry => entry.record()).slice(-500)
    try {
      await this.#parts.file.save({
        transfers,
        limits: this.#limits.value,
        leftovers: this.#leftovers.records,
        brought: this.#brought.records,
      })
    } catch (error) {
      this.#parts.reportBug('transfers', error)
    }
  }
}

function hostsOf({ request }: TransferEntry): readonly string[] {
  return [request.from.side, request.to.side].filter(side => side.target.kind !== 'local').map(sideKey)
}

function someFailed(count: number, first: { error: { message: string } } | undefined) {
  if (count === 1 && first) return { code: 'files-failed' as const, message: first.error.message }
  return { code: 'files-failed' as const, message: `${count} files could not be copied. Check the errors and retry.` }
}

function mayPass(code: string, { losses }: TransferEntry): boolean {
  return code === 'server-refused' && losses > 0 && losses <= maxRefusals
}
