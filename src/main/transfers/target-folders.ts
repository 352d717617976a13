import { AppError } from '../../shared/base/errors.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { fileError, isFileFailure } from '../files/file-errors.ts'
import type { FileSystem } from '../files/file-system.ts'

/** A folder of the target, with its original contents. */
export interface TargetFolder {
  readonly path: string
  /** The known item at a name; undefined if the name is free or was not checked. */
  at(name: string): FileInfo | undefined
  /** Looks up a name; asks the server if the folder can't be listed. Errors: those of `info`. */
  find(name: string): Promise<FileInfo | undefined>
  /** Marks a name as taken. */
  take(name: string, info: FileInfo): void
}

export interface TargetFoldersParts {
  readonly files: FileSystem
  readonly root: string
  readonly signal: AbortSignal
  /** The folders that this transfer created, including earlier runs: their times are set at the end. */
  readonly made: Set<string>
  /** Returns the mode for creating a folder, which the side's umask may reduce; undefined leaves it to the side. */
  readonly modeOf: (path: string) => number | undefined
  /** True if a link to a folder may be entered like the folder. */
  readonly mayEnter: (link: string) => boolean
}

/** The folders of a target, each checked or created once. */
export class TargetFolders {
  readonly #files: FileSystem
  readonly #root: string
  readonly #signal: AbortSignal
  readonly #made: Set<string>
  readonly #modeOf: TargetFoldersParts['modeOf']
  readonly #mayEnter: TargetFoldersParts['mayEnter']
  readonly #folders = new Map<string, Promise<TargetFolder>>()

  constructor({ files, root, signal, made, modeOf, mayEnter }: TargetFoldersParts) {
    this.#mayEnter = mayEnter
    this.#files = files
    this.#root = root
    this.#signal = signal
    this.#made = made
    this.#modeOf = modeOf
  }

  /** Returns the folder at `path`, which is the root or below it; its parents are created. */
  get(path: string): Promise<TargetFolder> {
    const known = this.#folders.get(path) ?? (path === this.#root ? this.#look(path) : this.#make(path))
    this.#folders.set(path, known)
    return known
  }

  /** True if the folder exists by now. */
  async has(path: string): Promise<boolean> {
    const known = this.#folders.get(path)
    return known !== undefined && known.then(() => true).catch(() => false)
  }

  async #make(path: string): Promise<TargetFolder> {
    const parent = await this.get(parentOf(path))
    const name = nameOf(path)
    const there = await parent.find(name)
    if (there === undefined) {
      const mode = this.#modeOf(path)
      // Writable for its owner until its contents are complete.
      await this.#files.makeFolder(path, mode === undefined ? undefined : mode | 0o700)
      this.#made.add(path)
      parent.take(name, { kind: 'folder', size: 0, mtimeMs: null, mode: null, uid: null, gid: null })
      return folderOf(path, new Map())
    }
    if (there.kind === 'folder') return this.#look(path)
    if (there.kind !== 'link') throw fileError('not-a-folder', { path, where: this.#files.label })
    // A link may point anywhere, and the source may have sent it earlier.
    if (!this.#mayEnter(path)) throw leadsElsewhere(path, this.#files.label)
    const led = await this.#files.info(path, { follow: true })
    if (led?.kind !== 'folder') throw fileError('not-a-folder', { path, where: this.#files.label })
    return this.#look(path)
  }

  /** Reads the folder. A folder that can be entered but not listed, such as a drop box, still accepts files. */
  async #look(path: string): Promise<TargetFolder> {
    const names = new Map<string, FileInfo>()
    try {
      await this.#files.list(path, {
        signal: this.#signal,
        onEntries: entries => entries.forEach(entry => names.set(entry.name, entry)),
      })
    } catch (error) {
      const barred = isFileFailure(error) && error.code === 'no-permission'
      const folder = barred ? await this.#files.info(path, { follow: true }) : null
      if (folder?.kind !== 'folder') throw error
      return folderOf(path, names, name => this.#files.info(joinPath(path, name)))
    }
    return folderOf(path, names)
  }
}

function leadsElsewhere(path: string, where: string): AppError {
  const name = shortName(nameOf(path))
  return new AppError(
    'not-a-folder',
    `${name} on ${where} is a symbolic link. Open its target folder and copy into that.`,
  )
}

function folderOf(
  path: string,
  names: Map<string, FileInfo>,
  ask: (name: string) => Promise<FileInfo | null> = () => Promise.resolve(null),
): TargetFolder {
  return {
    path,
    at: name => names.get(name),
    find: async name => {
      const known = names.get(name)
      if (known) return known
      const found = await ask(name)
      // The name may have been taken in the meantime.
      if (found && !names.has(name)) names.set(name, found)
      return names.get(name)
    },
    // Mode and owner are the source's; the new file has its own.
    take: (name, info) => void names.set(name, { ...info, mode: null, uid: null, gid: null }),
  }
}

/** Returns the path of a name in a folder. */
export function within(folder: TargetFolder, name: string): string {
  return joinPath(folder.path, name)
}
