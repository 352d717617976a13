import { AppError } from '../../shared/base/errors.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { ConflictChoice, TransferRequest } from '../../shared/contract/transfers.ts'
import { fileError } from '../files/file-errors.ts'
import type { FileSystem } from '../files/file-system.ts'
import { partPathOf, sameVersion } from './part-file.ts'
import { within, type TargetFolder, type TargetFolders } from './target-folders.ts'
import { canResume, freeName, judgeConflict, targetPath } from './transfer-plan.ts'

/** One thing to copy: where it is, and the names that lead to it below the target folder. */
export interface Item {
  readonly from: string
  readonly names: readonly string[]
  readonly info: FileInfo
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
  /** What was there is the part file now, to be gone on with. */
  readonly append: boolean
}

/** Why a file is not copied: it was before, or a person said so. */
export type Skip = 'done' | 'skipped'

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
  async startNames(): Promise<ReadonlyMap<string, string>> {
    const { request, source, target, again, folders } = this.#parts
    const root = await folders.get(request.to.path)
    const here = source.key === target.key && !request.options.move && !again
    return new Map(
      request.from.paths.map(path => {
        const name = request.rename ?? nameOf(path)
        if (!here || parentOf(path) !== request.to.path || joinPath(request.to.path, name) !== path) return [path, name]
        return [path, freeName(name, taken(root))]
      }),
    )
  }

  /** Where a file goes, when the names there have been looked at and a person asked; or why it stays out. */
  async of(item: Item): Promise<Destination | Skip> {
    const { source, target, again } = this.#parts
    const folder = await this.folderOf(item.names.slice(0, -1))
    let name = item.names.at(-1) as string
    const there = folder.at(name)
    const itself = source.key === target.key && within(folder, name) === item.from
    let verdict: ReturnType<typeof judgeConflict> | null = null
    if (there) {
      if (again && !itself && there.kind === 'file' && sameVersion(there, item.info)) return 'done'
      verdict = itself ? 'keep-both' : await this.decide(item, within(folder, name), there)
      if (verdict === 'skip') return 'skipped'
      if (verdict === 'keep-both') name = freeName(name, taken(folder))
    }
    folder.take(name, item.info)
    const to = within(folder, name)
    if (verdict === 'resume') await this.#adopt(to)
    // In a folder that this copy made there is nobody else's file: the plain rename is the quicker one.
    return { to, replace: verdict === 'replace' || folder.made, append: verdict === 'resume' }
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

  /** What is there becomes the part file: if it is the beginning of the source, the copy goes on behind it. */
  async #adopt(to: string): Promise<void> {
    const { target } = this.#parts
    const part = partPathOf(to)
    if (await target.info(part)) await target.removeFile(part)
    await target.rename(to, part)
  }
}

/** Tells which names of a folder are taken. */
export function taken(folder: TargetFolder): (name: string) => boolean {
  return name => folder.at(name) !== undefined
}
