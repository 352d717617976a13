import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Side, SideSnapshot } from '../../shared/contract/files.ts'
import { isFileFailure } from '../files/file-errors.ts'
import { sideKey, type FileSides } from '../files/file-sides.ts'
import type { FileSystem } from '../files/file-system.ts'
import { removeTree } from '../files/tree-operations.ts'
import { partPathOf } from './part-file.ts'
import type { PathLocks } from './path-locks.ts'

/** Paths of one side whose part files are no longer needed. */
export interface Leftover {
  readonly side: Side
  readonly paths: readonly string[]
}

interface LeftoverPartsOptions {
  readonly sides: FileSides
  readonly locks: PathLocks
  readonly leftovers: readonly Leftover[]
  /** True if a listed transfer may still resume the part file of this path. */
  readonly isWanted: (side: Side, path: string) => boolean
  readonly onChanged: () => void
}

/**
 * Deletes the part files of finished transfers: at once if the side is reachable, otherwise as soon as it is connected
 * again, even after a restart.
 */
export class LeftoverParts implements Disposable {
  readonly #options: LeftoverPartsOptions
  readonly #waiting = new Map<string, { readonly side: Side; readonly paths: Set<string> }>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #following: Disposable
  readonly #ended = new AbortController()

  constructor(options: LeftoverPartsOptions) {
    this.#options = options
    for (const { side, paths } of options.leftovers) this.#note(side, paths)
    this.#following = options.sides.onChanged(sides => this.#sidesChanged(sides))
    // This computer is always reachable.
    for (const [key, { side }] of this.#waiting) if (side.target.kind === 'local') void this.#sweep(key)
  }

  /** The part files that are still to be deleted. */
  get records(): { side: Side; paths: string[] }[] {
    return [...this.#waiting.values()].map(({ side, paths }) => ({ side, paths: [...paths] }))
  }

  /** Resolves once they are deleted or the side turned out to be unreachable. */
  async discard(side: Side, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    this.#note(side, paths)
    this.#options.onChanged()
    await this.#sweep(sideKey(side))
  }

  dispose(): void {
    this.#ended.abort()
    this.#following.dispose()
  }

  #note(side: Side, paths: readonly string[]): void {
    const key = sideKey(side)
    const waiting = this.#waiting.get(key) ?? { side, paths: new Set() }
    for (const path of paths) waiting.paths.add(path)
    if (waiting.paths.size > 0) this.#waiting.set(key, waiting)
  }

  #sidesChanged(sides: readonly SideSnapshot[]): void {
    for (const { side, state } of sides) {
      const key = sideKey(side)
      if (state.kind === 'ready' && this.#waiting.has(key)) void this.#sweep(key)
    }
  }

  async #sweep(key: string): Promise<void> {
    // Paths added after a run started are handled by the next one.
    await this.#running.get(key)
    if (this.#running.has(key)) return this.#sweep(key)
    const running = this.#sweepOnce(key).finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    await running
  }

  async #sweepOnce(key: string): Promise<void> {
    const waiting = this.#waiting.get(key)
    if (!waiting) return
    const { side, paths } = waiting
    try {
      const borrowed = await this.#options.sides.borrow(side, this.#ended.signal, 'background')
      try {
        await Promise.all(
          [...paths].map(path => this.#remove(borrowed.files, side, path).then(() => paths.delete(path))),
        )
      } finally {
        borrowed.dispose()
      }
    } catch {
      // Unreachable: the rest waits for the next connection.
    }
    if (paths.size === 0) this.#waiting.delete(key)
    this.#options.onChanged()
  }

  async #remove(files: FileSystem, side: Side, path: string): Promise<void> {
    const lock = await this.#options.locks.hold(`${files.key} ${path}`)
    try {
      if (this.#options.isWanted(side, path)) return
      const part = partPathOf(path)
      const info = await files.info(part)
      // If many small files travel as one stream, the part is a folder.
      if (info?.kind === 'folder') await removeTree(files, [part], this.#ended.signal)
      else if (info) await files.removeFile(part)
    } catch (error) {
      // A refusal will not change later.
      if (!isFileFailure(error)) throw error
    } finally {
      lock.dispose()
    }
  }
}
