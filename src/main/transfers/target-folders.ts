import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { fileError } from '../files/file-errors.ts'
import type { FileSystem } from '../files/file-system.ts'

/** A folder of the target: what it held before. */
export interface TargetFolder {
  readonly path: string
  /** What stands at a name; undefined when it is free. */
  at(name: string): FileInfo | undefined
  /** Marks a name as taken from now on. */
  take(name: string, info: FileInfo): void
}

export interface TargetFoldersParts {
  readonly files: FileSystem
  readonly root: string
  readonly signal: AbortSignal
  /** The folders that this transfer made, in earlier runs too: they get their mode at the end. */
  readonly made: Set<string>
  /** The mode that a folder is to have in the end. */
  readonly modeOf: (path: string) => number
}

/** The folders of a target, each looked at or made once. */
export class TargetFolders {
  readonly #files: FileSystem
  readonly #root: string
  readonly #signal: AbortSignal
  readonly #made: Set<string>
  readonly #modeOf: (path: string) => number
  readonly #folders = new Map<string, Promise<TargetFolder>>()

  constructor({ files, root, signal, made, modeOf }: TargetFoldersParts) {
    this.#files = files
    this.#root = root
    this.#signal = signal
    this.#made = made
    this.#modeOf = modeOf
  }

  /** The folder at `path`, which is the root or below it; those on the way are made. */
  get(path: string): Promise<TargetFolder> {
    const known = this.#folders.get(path) ?? (path === this.#root ? this.#look(path) : this.#make(path))
    this.#folders.set(path, known)
    return known
  }

  /** True for a folder that is there by now. */
  async has(path: string): Promise<boolean> {
    const known = this.#folders.get(path)
    return known !== undefined && known.then(() => true).catch(() => false)
  }

  async #make(path: string): Promise<TargetFolder> {
    const parent = await this.get(parentOf(path))
    const name = nameOf(path)
    const there = parent.at(name)
    if (there === undefined) {
      // Writable for its owner until all is in it; its own mode comes at the end, where the server sets one later.
      await this.#files.makeFolder(path, this.#modeOf(path) | 0o700)
      this.#made.add(path)
      parent.take(name, { kind: 'folder', size: 0, mtimeMs: null, mode: null, uid: null, gid: null })
      return folderOf(path, new Map())
    }
    // A link below the target may lead anywhere, and may be one that this server sent before: it is not entered.
    if (there.kind !== 'folder') throw fileError('not-a-folder', { path, where: this.#files.label })
    return this.#look(path)
  }

  async #look(path: string): Promise<TargetFolder> {
    const names = new Map<string, FileInfo>()
    await this.#files.list(path, {
      signal: this.#signal,
      onEntries: entries => entries.forEach(entry => names.set(entry.name, entry)),
    })
    return folderOf(path, names)
  }
}

function folderOf(path: string, names: Map<string, FileInfo>): TargetFolder {
  return { path, at: name => names.get(name), take: (name, info) => void names.set(name, info) }
}

/** Where a name lies in a folder. */
export function within(folder: TargetFolder, name: string): string {
  return joinPath(folder.path, name)
}
