import { randomUUID } from 'node:crypto'

import { cleanText } from '../../shared/base/clean-text.ts'
import { AppError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type {
  Given,
  RunId,
  RunRow,
  RunSnapshot,
  Snippet,
  SnippetId,
  Values,
  RunOutput,
} from '../../shared/contract/snippets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Connection } from '../ssh/connection.ts'
import type { Lease, LeaseOptions } from '../ssh/connection-pool.ts'
import { writeNew } from '../storage/write-new.ts'
import { Announcer } from '../work/announcer.ts'
import type { Composed } from './compose.ts'
import { RunRowJob, type Far } from './run-row.ts'

type Contract = Services['runs']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface RunParts {
  readonly snippet: (id: SnippetId) => Snippet
  readonly lease: (target: Target, options: LeaseOptions) => Promise<Lease<Connection>>
  readonly nameOf: (target: Target) => string
  /** Composes the command for a target; the values are remembered for it. */
  readonly compose: (use: RunUse, target: Target, far: Far) => Composed
  /** Throws if a value is missing, before anything is dialed. */
  readonly check: (use: RunUse, target: Target) => void
  readonly remember: (use: RunUse, targets: readonly Target[]) => Promise<void>
  readonly atOnce: () => number
  /** Called when a run has ended. */
  readonly onOver: (rows: readonly RunRow[], use: RunUse) => void
  readonly reportBug: (error: unknown) => void
}

/** A snippet as it was when it was started, with its values. Hidden values exist only here. */
export interface RunUse {
  readonly snippet: Snippet
  readonly mode: 'background' | 'tmux'
  readonly values: Values
  readonly given: Given
}

interface Run {
  readonly id: RunId
  readonly use: RunUse
  readonly rows: readonly RunRowJob[]
  startedAt: number
  /** True once its end was announced. */
  told: boolean
}

const announceMs = 100
const maxRuns = 20

/** Runs snippets in the background, on many hosts in parallel. */
export class RunService implements Contract, Disposable {
  readonly #changed = new Announcer(() => this.#snapshots(), { everyMs: announceMs })
  readonly onChanged = this.#changed.event
  readonly #parts: RunParts
  #runs: readonly Run[] = []

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  /** The number of active runs. */
  get live(): number {
    return this.#runs.filter(run => run.rows.some(row => !row.isOver)).length
  }

  /** Stops everything, and resolves when it has ended. */
  async endAll(): Promise<void> {
    const rows = this.#runs.flatMap(run => run.rows)
    for (const row of rows) row.stop()
    await Promise.all(rows.map(row => row.over))
  }

  list(): readonly RunSnapshot[] {
    return this.#snapshots()
  }

  async start({ snippetId, mode, targets, values, given }: Input<'start'>): Promise<RunId> {
    const use: RunUse = { snippet: this.#parts.snippet(snippetId), mode, values, given }
    const once = [...new Map(targets.map(target => [targetKey(target), target])).values()]
    for (const target of once) this.#parts.check(use, target)
    const run: Run = {
      id: randomUUID() as RunId,
      use,
      rows: once.map(target => this.#row(use, target)),
      startedAt: Date.now(),
      told: false,
    }
    const live = (each: Run) => each.rows.some(row => !row.isOver)
    this.#runs = [run, ...this.#runs.filter((each, index) => index < maxRuns - 1 || live(each))]
    this.#pump(run)
    // A full disk must not stop the run.
    await this.#parts.remember(use, once).catch(this.#parts.reportBug)
    return run.id
  }

  again({ id, all }: Input<'again'>): void {
    const run = this.#find(id)
    for (const row of run.rows) {
      const { state } = row
      if (row.isOver && (all || !(state.kind === 'ended' && state.code === 0))) row.reset()
    }
    run.startedAt = Date.now()
    run.told = false
    this.#pump(run)
  }

  stop({ id, row }: Input<'stop'>): void {
    const run = this.#find(id)
    for (const each of row === null ? run.rows : run.rows.slice(row, row + 1)) each.stop()
    // Waiting hosts end without having started.
    this.#ended(run)
  }

  close({ id }: Input<'close'>): void {
    const run = this.#find(id)
    this.#runs = this.#runs.filter(each => each !== run)
    for (const row of run.rows) row.stop()
    this.#changed.touch()
  }

  output({ id, row, from }: Input<'output'>): RunOutput {
    const found = this.#find(id).rows[row]
    if (!found) throw new AppError('not-found', 'This host is not part of the run.')
    return found.log.read(from)
  }

  text({ id }: Input<'text'>): string {
    const run = this.#find(id)
    let left = maxText
    const parts = run.rows.map(row => {
      const { label } = row.snapshot()
      const text = left > 0 ? cleanText(row.log.text(), left) : '[output omitted]'
      left -= text.length
      return `=== ${label}: ${endText(row)} ===\n${text === '' || text.endsWith('\n') ? text : `${text}\n`}`
    })
    return parts.join('\n')
  }

  saveTo({ id, folder }: Input<'saveTo'>): Promise<string> {
    const { use, startedAt } = this.#find(id)
    const stamp = new Date(startedAt).toISOString().slice(0, 16).replace(/[T:]/g, '-')
    const name = use.snippet.name.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '') || 'run'
    return writeNew(folder, `${name}-${stamp}`, { ending: '.txt', text: this.text({ id }) })
  }

  dispose(): void {
    for (const run of this.#runs) for (const row of run.rows) row.stop()
    this.#runs = []
    this.#changed.dispose()
  }

  #row(use: RunUse, target: Target): RunRowJob {
    return new RunRowJob({
      target,
      label: this.#parts.nameOf(target),
      lease: options => this.#parts.lease(target, options),
      compose: far => this.#parts.compose(use, target, far),
      onChanged: () => this.#changed.touch(),
      reportBug: this.#parts.reportBug,
    })
  }

  /** Starts as many waiting hosts as the limit allows. */
  #pump(run: Run): void {
    const under = run.rows.filter(row => !row.isOver && row.state.kind !== 'waiting').length
    const waiting = run.rows.filter(row => row.state.kind === 'waiting')
    for (const row of waiting.slice(0, Math.max(0, this.#parts.atOnce() - under)))
      void row.run().then(() => this.#ended(run))
    this.#changed.touch()
  }

  #ended(run: Run): void {
    this.#pump(run)
    if (!run.told && this.#runs.includes(run) && run.rows.every(row => row.isOver)) {
      run.told = true
      const rows = run.rows.map(row => row.snapshot())
      this.#parts.onOver(rows, run.use)
    }
  }

  #find(id: RunId): Run {
    const run = this.#runs.find(each => each.id === id)
    if (!run) throw new AppError('not-found', 'This run was closed.')
    return run
  }

  #snapshots(): readonly RunSnapshot[] {
    return this.#runs.map(({ id, use, startedAt, rows }) => ({
      id,
      snippetId: use.snippet.id,
      name: use.snippet.name,
      mode: use.mode,
      startedAt,
      rows: rows.map(row => row.snapshot()),
    }))
  }
}

// A text of this length can still be copied and written at once.
const maxText = 64 * 1024 * 1024

function endText(row: RunRowJob): string {
  const { state } = row
  if (state.kind === 'ended')
    return state.signal === null ? `exit ${state.code ?? 'unknown'}` : `terminated by ${state.signal}`
  return state.kind === 'failed' ? state.error.message : state.kind
}
