import { untilAborted } from '../../shared/base/abort.ts'
import { AppError, toWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Side, SideSnapshot, SideState } from '../../shared/contract/files.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import { Asker } from '../prompts/asker.ts'
import type { DialStep } from '../ssh/dial-step.ts'
import type { Lost, Turn } from '../ssh/redials.ts'
import { judgeFailure } from '../ssh/retry.ts'
import type { FileSystem } from './file-system.ts'
import { SftpFiles } from './sftp-files.ts'
import { Announcer } from '../work/announcer.ts'

/** The right to use a side's files until disposed. */
export interface Borrowed extends Disposable {
  readonly files: FileSystem
}

/** Connects a side. */
export type OpenSide = (
  side: Side,
  options: {
    readonly key: string
    readonly onStep: (step: DialStep) => void
    readonly signal: AbortSignal
    readonly asker: Asker
    /** Fails instead of asking anything. */
    readonly quiet: boolean
  },
) => Promise<FileSystem>

/** Waits until the lost connection of a side is to be dialed again. */
export type RedialSide = (side: Side, lost: Lost) => Turn

interface Entry {
  readonly side: Side
  readonly abort: AbortController
  /** Counts as the user as soon as one of those waiting for it does. */
  readonly asker: Asker
  readonly opening: Promise<FileSystem>
  /** Reconnects automatically after a loss, and asks nothing. */
  readonly quiet: boolean
  /** When it was connected, as in `performance.now`; undefined before. */
  readyAt: number | undefined
  state: SideState
  users: number
  kept: boolean
  idle: NodeJS.Timeout | undefined
}

const idleMs = 30_000
const announceMs = 30

/**
 * The connected sides, each connected once for all panes and transfers for as long as it is needed. A lost one that a pane
 * shows reconnects automatically.
 */
export class FileSides implements Disposable {
  readonly #changed = new Announcer(() => this.snapshots(), { everyMs: announceMs })
  readonly onChanged = this.#changed.event
  readonly #open: OpenSide
  readonly #redial: RedialSide | null
  readonly #entries = new Map<string, Entry>()
  /** Sides that failed or were lost, until they are requested again. */
  readonly #ended = new Map<string, SideSnapshot>()
  #kept = new Set<string>()
  readonly #turns = new Map<string, Turn>()

  constructor(open: OpenSide, redial: RedialSide | null = null) {
    this.#open = open
    this.#redial = redial
  }

  /**
   * Returns the files of a side, connecting if necessary. Errors: those of connecting; `cancelled` on abort, which
   * doesn't affect other callers.
   */
  async borrow(side: Side, signal?: AbortSignal, by: AskedBy = 'person'): Promise<Borrowed> {
    const key = sideKey(side)
    const entry = this.#entries.get(key) ?? this.#create(key, side)
    if (by === 'person') entry.asker.raise()
    entry.users++
    clearTimeout(entry.idle)
    let returned = false
    const dispose = () => {
      if (returned) return
      returned = true
      entry.users--
      this.#rest(key, entry)
    }
    try {
      return { files: await untilAborted(entry.opening, signal), dispose }
    } catch (error) {
      dispose()
      // It may be asked now, which the attempt under way was not.
      if (entry.quiet && by === 'person' && error instanceof AppError && error.code === 'needs-answer')
        return await this.borrow(side, signal, by)
      throw error
    }
  }

  /** Sets the sides that stay connected while idle; other sides are disconnected after a while. */
  keep(sides: readonly Side[]): void {
    this.#kept = new Set(sides.map(sideKey))
    for (const key of [...this.#ended.keys()]) {
      if (this.#kept.has(key)) continue
      this.#ended.delete(key)
      this.#stopWaiting(key)
    }
    for (const [key, entry] of this.#entries) {
      entry.kept = this.#kept.has(key)
      this.#rest(key, entry)
    }
  }

  snapshots(): readonly SideSnapshot[] {
    const live = [...this.#entries.values()].map(({ side, state }) => ({ side, state }))
    return [...live, ...this.#ended.values()]
  }

  dispose(): void {
    for (const key of [...this.#entries.keys()]) this.#drop(key)
    for (const key of [...this.#turns.keys()]) this.#stopWaiting(key)
    this.#changed.dispose()
  }

  #create(key: string, side: Side, quiet = false): Entry {
    this.#stopWaiting(key)
    const abort = new AbortController()
    const asker = new Asker('background')
    const onStep = (step: DialStep) => this.#setState(key, entry, step)
    const entry: Entry = {
      side,
      abort,
      asker,
      opening: this.#open(side, { key, onStep, signal: abort.signal, asker, quiet }),
      quiet,
      readyAt: undefined,
      state: { kind: 'connecting', step: 'Connecting' },
      users: 0,
      kept: this.#kept.has(key),
      idle: undefined,
    }
    this.#entries.set(key, entry)
    this.#ended.delete(key)
    this.#changed.touch()
    entry.opening.then(
      files => {
        entry.readyAt = performance.now()
        this.#setState(key, entry, { kind: 'ready' })
        if (files instanceof SftpFiles) files.onClosed(error => this.#lost(key, { entry, files }, error))
      },
      (error: unknown) => this.#failed(key, entry, error),
    )
    return entry
  }

  #lost(key: string, { entry, files }: { entry: Entry; files: SftpFiles }, error: AppError): void {
    // Its lanes may have their own connections; a transfer on them must see a lost connection, not a cancellation.
    files.dispose(error)
    this.#gone(key, entry, { kind: 'lost', error: toWireError(error) })
    this.#wait(key, entry, error)
  }

  #failed(key: string, entry: Entry, error: unknown): void {
    const mayPass = entry.quiet && error instanceof AppError && judgeFailure(error.code, 'connect') === 'retry'
    this.#gone(key, entry, { kind: mayPass ? 'lost' : 'failed', error: toWireError(error) })
    if (mayPass) this.#wait(key, entry, error)
  }

  /** Connects a lost side again when its turn comes, unless somebody does so before. */
  #wait(key: string, { side, readyAt }: Entry, error: AppError): void {
    if (!this.#redial || !this.#kept.has(key) || !this.#ended.has(key)) return
    const upMs = readyAt === undefined ? 0 : performance.now() - readyAt
    const run = () => void (this.#ended.has(key) && this.#kept.has(key) && this.#create(key, side, true))
    this.#turns.set(key, this.#redial(side, { error, upMs, run }))
  }

  #stopWaiting(key: string): void {
    this.#turns.get(key)?.dispose()
    this.#turns.delete(key)
  }

  // A failed or lost side is reported, and connected again on the next request.
  #gone(key: string, entry: Entry, state: SideState): void {
    if (this.#entries.get(key) !== entry) return
    clearTimeout(entry.idle)
    this.#entries.delete(key)
    this.#ended.set(key, { side: entry.side, state })
    this.#changed.touch()
  }

  #rest(key: string, entry: Entry): void {
    clearTimeout(entry.idle)
    if (entry.users > 0 || entry.kept || this.#entries.get(key) !== entry) return
    // Nobody waits for the connection any more, so it must not leave a question open.
    entry.idle = setTimeout(() => this.#drop(key), entry.state.kind === 'ready' ? idleMs : 0)
    entry.idle.unref()
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    clearTimeout(entry.idle)
    entry.abort.abort()
    entry.opening.then(
      files => files.dispose(),
      () => {},
    )
    this.#changed.touch()
  }

  // An abandoned connection may still report while the next one to the same side is being made.
  #setState(key: string, entry: Entry, state: SideState): void {
    if (this.#entries.get(key) !== entry) return
    entry.state = state
    this.#changed.touch()
  }
}

/** Identifies a side: the same machine and user have the same key. */
export function sideKey({ target, root }: Side): string {
  return `${root ? 'root ' : ''}${JSON.stringify(target)}`
}
