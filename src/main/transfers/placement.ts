import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { ConflictChoice, TransferRequest } from '../../shared/contract/transfers.ts'
import { fileError } from '../files/file-errors.ts'
import type { FileSystem } from '../files/file-system.ts'
import { sameTime, sameVersion, type CopiedRecord } from './part-file.ts'
import { within, type TargetFolder, type TargetFolders } from './target-folders.ts'
import { canResume, freeName, judgeConflict, targetPath } from './transfer-plan.ts'

/** One thing to copy: where it is, and the names that lead to it below the target folder. */
export interface Item {
  readonly from: string
  readonly names: readonly string[]
  readonly info: FileInfo
  /** Found behind a link that is followed: it is no part of what was chosen, so a move leaves it where it is. */
  readonly viaLink?: boolean
}

/** Two files that want the same name. */
export interface Conflict {
  readonly from: string
  readonly to: string
  readonly source: FileInfo
  readonly target: FileInfo
  readonly canResume: boolean
}

/** Asks a person; null when they want to stop. */
export type AskConflict = (conflict: Conflict) => Promise<{ choice: ConflictChoice; all: boolean } | null>

/** Where a copy goes, and how. */
export interface Destination {
  readonly to: string
  readonly replace: boolean
  /** What is there may be the first part of it, to be gone on with. */
  readonly append: boolean
}

/** Why a file is not copied: this transfer copied it before, the same one was there already, or a person said so. */
export type Skip = 'done' | 'same' | 'skipped'

export function isSkip(place: Destination | Skip): place is Skip {
  return typeof place === 'string'
}

interface PlacementParts {
  readonly source: FileSystem
  readonly target: FileSystem
  readonly folders: TargetFolders
  readonly request: TransferRequest
  readonly signal: AbortSignal
  readonly again: boolean
  readonly ask: AskConflict
  readonly decided: Map<string, ConflictChoice>
  /** The names that were given to copies that keep both, by source. */
  readonly names: Map<string, string>
  /** What earlier runs of this transfer copied, by source. */
  readonly copied: ReadonlyMap<string, CopiedRecord>
}

/** Decides where each file of a transfer goes: looks at the names that are there, and asks about those that are taken. */
export class Placement {
  readonly #parts: PlacementParts
  #remembered: ConflictChoice | null
  #asking: Promise<unknown> = Promise.resolve()

  constructor(parts: PlacementParts) {
    this.#parts = parts
    const { conflict } = parts.request.options
    this.#remembered = conflict === 'ask' ? null : conflict
  }

  /** What each start is called over there: a copy into its own folder gets a name of its own. */
  async startNames(inPlace: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const { request, folders, names } = this.#parts
    const root = await folders.get(request.to.path)
    return new Map(
      request.from.paths.map(path => {
        const name = request.rename ?? nameOf(path)
        if (!inPlace.has(path) || name !== nameOf(path)) return [path, name]
        const given = names.get(path) ?? freeName(name, taken(root))
        names.set(path, given)
        return [path, given]
      }),
    )
  }

  /** Where a file goes, when the names there have been looked at and a person asked; or why it stays out. */
  async of(item: Item): Promise<Destination | Skip> {
    const { names } = this.#parts
    const folder = await this.folderOf(item.names.slice(0, -1))
    const given = names.get(item.from)
    let name = given ?? (item.names.at(-1) as string)
    const there = folder.at(name)
    let verdict: ReturnType<typeof judgeConflict> | null = null
    if (there) {
      const before = this.#before(item, there)
      if (before) return before
      // What an earlier run wrote under a name of its own is nobody else's.
      verdict = given === undefined ? await this.decide(item, within(folder, name), there) : 'replace'
      if (verdict === 'skip') return 'skipped'
      if (verdict === 'keep-both') {
        name = freeName(name, taken(folder))
        names.set(item.from, name)
      }
    }
    folder.take(name, item.info)
    const append = verdict === 'resume'
    return { to: within(folder, name), replace: append || verdict === 'replace', append }
  }

  /** What an earlier run did with a file; null when it did not come to it, as far as the two files tell. */
  #before({ from, info }: Item, there: FileInfo): Skip | null {
    const { again, copied, request } = this.#parts
    if (!again || there.kind !== 'file') return null
    const record = copied.get(from)
    // Where the target takes no times, the record has to do.
    const whole = record && there.size === info.size && (!record.timeKept || sameTime(there.mtimeMs, info.mtimeMs))
    if (whole && sameVersion(record, info)) return 'done'
    if (!sameVersion(there, info)) return null
    // That they look the same is enough to copy nothing, not to take the source away: a person may have said skip.
    return request.options.move ? 'skipped' : 'same'
  }

  /** One question at a time; "for all" answers those behind it. */
  async decide(item: Item, to: string, target: FileInfo): Promise<ReturnType<typeof judgeConflict>> {
    if (target.kind === 'folder') throw fileError('is-a-folder', { path: to, where: this.#parts.target.label })
    const turn = this.#asking.then(async () => {
      const known = this.#remembered ?? this.#parts.decided.get(to)
      if (known) return known
      if (this.#parts.signal.aborted) throw new AppError('cancelled', 'Cancelled')
      const conflict = { from: item.from, to, source: item.info, target, canResume: canResume(item.info, target) }
      const answer = await this.#parts.ask(conflict)
      if (!answer) throw new AppError('cancelled', 'Cancelled')
      if (answer.all) this.#remembered = answer.choice
      else this.#parts.decided.set(to, answer.choice)
      return answer.choice
    })
    this.#asking = turn.catch(() => {})
    return judgeConflict(await turn, item.info, target)
  }

  /** The folder below the target that the names lead to. */
  folderOf(names: readonly string[]): Promise<TargetFolder> {
    return this.#parts.folders.get(targetPath(this.#parts.request.to.path, names))
  }
}

/** Tells which names of a folder are taken. */
export function taken(folder: TargetFolder): (name: string) => boolean {
  return name => folder.at(name) !== undefined
}
