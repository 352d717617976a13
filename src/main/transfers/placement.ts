import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { ConflictChoice, TransferRequest } from '../../shared/contract/transfers.ts'
import { ignoreRefusal } from '../files/attributes.ts'
import { fileError } from '../files/file-errors.ts'
import type { FileSystem } from '../files/file-system.ts'
import { sameTime, sameVersion, type CopiedRecord } from './part-file.ts'
import { within, type TargetFolder, type TargetFolders } from './target-folders.ts'
import { canResume, freeName, judgeConflict, targetPath } from './transfer-plan.ts'

/** One thing to copy: its path, and its names below the target folder. */
export interface Item {
  readonly from: string
  readonly names: readonly string[]
  readonly info: FileInfo
  /** Found behind a followed link: it was not selected itself, so a move leaves it in place. */
  readonly viaLink?: boolean
}

/** Two files with the same name. */
export interface Conflict {
  readonly from: string
  readonly to: string
  readonly source: FileInfo
  readonly target: FileInfo
  readonly canResume: boolean
}

/** Asks the user; null if they cancel. */
export type AskConflict = (conflict: Conflict) => Promise<{ choice: ConflictChoice; all: boolean } | null>

/** Where and how to copy. */
export interface Destination {
  readonly to: string
  readonly replace: boolean
  /** True if the existing file may be the beginning of the source, to be resumed. */
  readonly append: boolean
  /** The replaced file; null if there is none. */
  readonly standing: FileInfo | null
}

/** The reason a file is not copied: this transfer copied it before, it was there already, or the user skipped it. */
export type Skip = 'done' | 'same' | 'skipped'

export function isSkip(place: Destination | Skip): place is Skip {
  return typeof place === 'string'
}

/** The file at a name, with its real path. */
interface Standing {
  readonly path: string
  readonly info: FileInfo
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
  /** The names given to copies that keep both files, by source. */
  readonly names: Map<string, string>
  /** The files that earlier runs of this transfer copied, by source. */
  readonly copied: ReadonlyMap<string, CopiedRecord>
  /** True for a link that a transfer created. */
  readonly isBrought: (path: string) => boolean
}

/** Decides where each file of a transfer goes: checks the existing names, and asks about conflicts. */
export class Placement {
  readonly #parts: PlacementParts
  #remembered: ConflictChoice | null
  #asking: Promise<unknown> = Promise.resolve()

  constructor(parts: PlacementParts) {
    this.#parts = parts
    const { conflict } = parts.request.options
    this.#remembered = conflict === 'ask' ? null : conflict
  }

  /** Returns the target name of each start: a copy into its own folder gets a new name. */
  async startNames(inPlace: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
    const { request, folders, names } = this.#parts
    const root = await folders.get(request.to.path)
    const all = new Map<string, string>()
    for (const path of request.from.paths) {
      const name = request.rename ?? nameOf(path)
      const copies = inPlace.has(path) && name === nameOf(path)
      const given = copies ? (names.get(path) ?? (await freeIn(root, name))) : name
      if (copies) names.set(path, given)
      all.set(path, given)
    }
    return all
  }

  /** Decides where a file goes, after checking existing names and asking the user, or why it is skipped. */
  async of(item: Item): Promise<Destination | Skip> {
    const { names } = this.#parts
    const folder = await this.folderOf(item.names.slice(0, -1))
    const given = names.get(item.from)
    let name = given ?? (item.names.at(-1) as string)
    const found = await folder.find(name)
    let there: Standing | null = null
    let verdict: ReturnType<typeof judgeConflict> | null = null
    if (found) {
      there = await this.#standing(within(folder, name), found)
      const before = this.#before(item, there.info)
      if (before) return before
      // A copy with a name of its own from an earlier run belongs to this transfer.
      verdict = given === undefined ? await this.decide(item, within(folder, name), there.info) : 'replace'
      if (verdict === 'skip') return 'skipped'
      if (verdict === 'keep-both') {
        name = await freeIn(folder, name)
        names.set(item.from, name)
      } else await this.#refuseItself(item, there.path, within(folder, name))
    }
    folder.take(name, item.info)
    const append = verdict === 'resume'
    const replace = append || verdict === 'replace'
    if (!replace || !there) return { to: within(folder, name), replace, append, standing: null }
    return { to: there.path, replace, append, standing: there.info.kind === 'file' ? there.info : null }
  }

  /**
   * Returns the file that a copy under this name would overwrite: links are followed, as in `cp` and `sftp`, unless a
   * transfer created the link. Servers that list names without attributes are asked for them.
   */
  async #standing(path: string, found: FileInfo): Promise<Standing> {
    const { target, isBrought } = this.#parts
    if (found.kind === 'file' && found.mode === null && target.umask === null)
      return { path, info: (await target.info(path)) ?? found }
    if (found.kind !== 'link' || isBrought(path)) return { path, info: found }
    const unlessLost = (error: unknown) => (ignoreRefusal(error), null)
    const [info, real] = await Promise.all([
      target.info(path, { follow: true }).catch(unlessLost),
      target.realPath(path).catch(unlessLost),
    ])
    // A dangling link stands for the file to create; a link to a device is itself replaced.
    if (real === null || (info !== null && info.kind !== 'file' && info.kind !== 'folder')) return { path, info: found }
    return { path: real, info: info ?? found }
  }

  /** Copying a file over a link to itself would lose it. */
  async #refuseItself({ from }: Item, real: string, path: string): Promise<void> {
    const { source, target } = this.#parts
    if (source.key !== target.key || real === path) return
    if ((await source.realPath(from)) !== real) return
    throw new AppError(
      'invalid-input',
      `${shortName(nameOf(path))} is a symbolic link to the source file itself. Choose another name.`,
    )
  }

  /** Returns what an earlier run did with a file; null if it didn't reach it, as far as the two files show. */
  #before({ from, info }: Item, there: FileInfo): Skip | null {
    const { again, copied, request } = this.#parts
    if (!again || there.kind !== 'file') return null
    const record = copied.get(from)
    // If the target has no times, the record decides.
    const whole = record && there.size === info.size && (!record.timeKept || sameTime(there.mtimeMs, info.mtimeMs))
    if (whole && sameVersion(record, info)) return 'done'
    if (!sameVersion(there, info)) return null
    // Looking identical is enough to skip the copy, but not to delete the source: the user may have chosen Skip.
    return request.options.move ? 'skipped' : 'same'
  }

  /** Asks one question at a time; "for all" answers the waiting ones. */
  async decide(item: Item, to: string, target: FileInfo): Promise<ReturnType<typeof judgeConflict>> {
    if (target.kind === 'folder') throw fileError('is-a-folder', { path: to, where: this.#parts.target.label })
    const turn = this.#asking.then(async () => {
      const known = this.#remembered ?? this.#parts.decided.get(to)
      if (known) return known
      if (this.#parts.signal.aborted) throw cancelled()
      const conflict = { from: item.from, to, source: item.info, target, canResume: canResume(item.info, target) }
      const answer = await this.#parts.ask(conflict)
      if (!answer) throw cancelled()
      if (answer.all) this.#remembered = answer.choice
      else this.#parts.decided.set(to, answer.choice)
      return answer.choice
    })
    this.#asking = turn.catch(() => {})
    return judgeConflict(await turn, item.info, target)
  }

  /** Returns the folder below the target for the names. */
  folderOf(names: readonly string[]): Promise<TargetFolder> {
    return this.#parts.folders.get(targetPath(this.#parts.request.to.path, names))
  }
}

/** Returns the first free name like `name` in a folder. */
export async function freeIn(folder: TargetFolder, name: string): Promise<string> {
  for (;;) {
    const candidate = freeName(name, each => folder.at(each) !== undefined)
    if ((await folder.find(candidate)) === undefined) return candidate
  }
}
