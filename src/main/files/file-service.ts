import { cancelled } from '../../shared/base/abort.ts'
import { AppError, toWireError } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import type { OpenPort } from '../../shared/base/stream-port.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type {
  Draft,
  FromListing,
  ListingId,
  Side,
  SideInfo,
  TaskId,
  FileInfo,
  FilePiece,
  FileVersion,
  TreeCount,
  Space,
} from '../../shared/contract/files.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import { checksum, compress, extract, findByName, setOwner } from './far-tools.ts'
import { Drafts } from './drafts.ts'
import type { FileSides } from './file-sides.ts'
import type { FileSystem } from './file-system.ts'
import { readPiece, saveFile } from './file-contents.ts'
import { countTree, removeTree, setTreeMode } from './tree-operations.ts'

type Contract = Services['files']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

export interface FileServiceParts {
  readonly sides: FileSides
  readonly openPort: OpenPort
  /** Moves a local file to the trash. */
  readonly trash: (path: string) => Promise<void>
  /** The shortcuts that exist, such as Desktop and Downloads. */
  readonly shortcuts: () => SideInfo['shortcuts']
  /** Shows an informational message. */
  readonly note: (text: string) => void
}

const maxCompletions = 50

/** Lists and changes files for the window, on any side. */
export class FileService implements Contract, Disposable {
  readonly onSides: Contract['onSides']
  readonly #parts: FileServiceParts
  readonly #drafts = new Drafts()
  readonly #listings = new Map<ListingId, AbortController>()
  readonly #tasks = new Map<TaskId, AbortController>()
  /** Aborts work that has no task of its own when the service is disposed. */
  readonly #ended = new AbortController()

  constructor(parts: FileServiceParts) {
    this.#parts = parts
    this.onSides = parts.sides.onChanged
  }

  reach({ side, asker }: Input<'reach'>): Promise<SideInfo> {
    return this.#on(
      side,
      async files => ({
        home: await files.home(),
        shortcuts: side.target.kind === 'local' ? this.#parts.shortcuts() : [],
        commands: files.commands !== null,
      }),
      asker,
    )
  }

  keep({ sides }: Input<'keep'>): void {
    return this.#parts.sides.keep(sides)
  }

  async list({ id, place, asker }: Input<'list'>): Promise<void> {
    const abort = new AbortController()
    this.#listings.get(id)?.abort()
    this.#listings.set(id, abort)
    const port = this.#parts.openPort(id)
    const post = (message: FromListing) => (abort.signal.aborted ? undefined : port.post(message))
    const read = async (files: FileSystem) => {
      await files.list(place.path, { signal: abort.signal, onEntries: entries => post({ entries }) })
      post({ done: true, path: place.path })
    }
    void this.#on(place.side, read, asker)
      .catch((error: unknown) => post({ error: toWireError(error) }))
      .finally(() => {
        if (this.#listings.get(id) === abort) this.#listings.delete(id)
        port.dispose()
      })
  }

  stopListing({ id }: Input<'stopListing'>): void {
    this.#listings.get(id)?.abort()
    this.#listings.delete(id)
  }

  info({ place }: Input<'info'>): Promise<(FileInfo & { readonly realPath: string }) | null> {
    return this.#on(place.side, async files => {
      const info = await files.info(place.path, { follow: true })
      return info && { ...info, realPath: await files.realPath(place.path) }
    })
  }

  complete({ place, prefix }: Input<'complete'>): Promise<string[]> {
    return this.#on(place.side, async files => {
      const names: string[] = []
      const wanted = prefix.toLowerCase()
      await files.list(place.path, {
        signal: this.#ended.signal,
        onEntries: entries => {
          for (const { name, kind, link } of entries) {
            const isFolder = kind === 'folder' || link?.kind === 'folder'
            if (isFolder && name.toLowerCase().startsWith(wanted)) names.push(name)
          }
        },
      })
      return [...new Set(names)].sort().slice(0, maxCompletions)
    })
  }

  read({ place, offset, length }: Input<'read'>): Promise<FilePiece> {
    return this.#on(place.side, files => readPiece(files, place.path, { offset, length }))
  }

  save({ place, data, expected }: Input<'save'>): Promise<FileVersion> {
    return this.#on(place.side, files => saveFile(files, place.path, { data, expected, onNote: this.#parts.note }))
  }

  keepDraft(draft: Input<'keepDraft'>): void {
    return this.#drafts.keep(draft)
  }

  dropDraft({ place }: Input<'dropDraft'>): void {
    return this.#drafts.drop(place)
  }

  drafts(): readonly Draft[] {
    return this.#drafts.all
  }

  makeFolder({ place }: Input<'makeFolder'>): Promise<void> {
    return this.#on(place.side, files => files.makeFolder(place.path))
  }

  makeFile({ place }: Input<'makeFile'>): Promise<void> {
    return this.#on(place.side, async files => (await files.create(place.path, { how: 'exclusive', size: 0 })).close())
  }

  makeLink({ place, target }: Input<'makeLink'>): Promise<void> {
    return this.#on(place.side, files => files.makeLink(target, place.path))
  }

  rename({ place, name }: Input<'rename'>): Promise<void> {
    return this.#on(place.side, files => files.rename(place.path, joinPath(parentOf(place.path), name)))
  }

  count({ side, paths, task }: Input<'count'>): Promise<TreeCount> {
    return this.#task(task, signal => this.#on(side, files => countTree(files, paths, signal)))
  }

  remove({ side, paths, task }: Input<'remove'>): Promise<void> {
    return this.#task(task, signal =>
      side.target.kind === 'local'
        ? this.#trash(paths, signal)
        : this.#on(side, files => removeTree(files, paths, signal)),
    )
  }

  async #trash(paths: readonly string[], signal: AbortSignal): Promise<void> {
    for (const path of paths) {
      if (signal.aborted) throw cancelled()
      try {
        await this.#parts.trash(path)
      } catch (error) {
        const text = `Couldn’t move ${nameOf(path)} to the trash. It was not changed.`
        throw new AppError('files-failed', text, { cause: error })
      }
    }
  }

  setMode({ side, task, ...what }: Input<'setMode'>): Promise<void> {
    return this.#task(task, signal => this.#on(side, files => setTreeMode(files, what, signal)))
  }

  setOwner({ side, ...what }: Input<'setOwner'>): Promise<void> {
    return this.#on(side, files => setOwner(files, what, this.#ended.signal))
  }

  space({ place }: Input<'space'>): Promise<Space | null> {
    return this.#on(place.side, files => files.space(place.path))
  }

  checksum({ place, kind, task }: Input<'checksum'>): Promise<string> {
    return this.#task(task, signal =>
      this.#on(place.side, files => checksum(files, { path: place.path, kind }, signal)),
    )
  }

  find({ place, text, task }: Input<'find'>): Promise<readonly string[]> {
    return this.#task(task, signal =>
      this.#on(place.side, files => findByName(files, { folder: place.path, text }, signal)),
    )
  }

  compress({ side, paths, name, task }: Input<'compress'>): Promise<void> {
    return this.#task(task, signal =>
      this.#on(side, files => {
        const archive = joinPath(parentOf(paths[0] as string), name)
        return compress(files, { paths, archive }, signal)
      }),
    )
  }

  extract({ place }: Input<'extract'>): Promise<undefined> {
    return this.#on(place.side, async files => void (await extract(files, place.path, this.#ended.signal)))
  }

  cancel({ task }: Input<'cancel'>): void | undefined {
    return this.#tasks.get(task)?.abort()
  }

  dispose(): void {
    this.#ended.abort()
    for (const abort of [...this.#listings.values(), ...this.#tasks.values()]) abort.abort()
    this.#listings.clear()
    this.#tasks.clear()
  }

  async #task<T>(id: TaskId | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    if (id !== undefined) this.#tasks.set(id, abort)
    try {
      return await work(abort.signal)
    } finally {
      if (id !== undefined) this.#tasks.delete(id)
    }
  }

  async #on<T>(side: Side, work: (files: FileSystem) => Promise<T>, by: AskedBy = 'person'): Promise<T> {
    const borrowed = await this.#parts.sides.borrow(side, undefined, by)
    try {
      return await work(borrowed.files)
    } finally {
      borrowed.dispose()
    }
  }
}
