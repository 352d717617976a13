import type { Side } from '../../shared/contract/files.ts'
import { sideKey } from '../files/file-sides.ts'

const maxPaths = 20_000

/** The saved links of one side. */
export interface LinksOfSide {
  readonly side: Side
  readonly paths: readonly string[]
}

/**
 * Remembers, across restarts, the links created because another side sent them: a server that sends a link today and a
 * file of the same name tomorrow must not have that file written to the link's target. The newest 20,000 per side are
 * kept.
 */
export class BroughtLinks {
  readonly #sides = new Map<string, { readonly side: Side; readonly paths: Set<string> }>()

  constructor(records: readonly LinksOfSide[]) {
    for (const { side, paths } of records) this.#sides.set(sideKey(side), { side, paths: new Set(paths) })
  }

  /** The links on a side, by path; the caller may add to them. */
  on(side: Side): Set<string> {
    const known = this.#sides.get(sideKey(side)) ?? { side, paths: new Set<string>() }
    this.#sides.set(sideKey(side), known)
    return known.paths
  }

  get records(): { side: Side; paths: string[] }[] {
    return [...this.#sides.values()]
      .filter(({ paths }) => paths.size > 0)
      .map(({ side, paths }) => ({ side, paths: [...paths].slice(-maxPaths) }))
  }
}
