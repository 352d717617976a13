import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { Services } from '../../shared/contract/contract.ts'
import { editId, type EditId, type UnsentEdit } from '../../shared/contract/edits.ts'
import { largestRead, type FilePiece, type Place, type SideSnapshot } from '../../shared/contract/files.ts'
import { readPiece } from '../files/file-contents.ts'
import { sideKey } from '../files/file-sides.ts'
import { sweepOrphans } from '../storage/atomic-write.ts'
import { copyName } from './copy-name.ts'
import { copyFolder, readLeftBehind, removeEdit, writeRecord, type EditRecord, type LeftBehind } from './edit-record.ts'
import { Edit, digestOf, type EditDependencies } from './edit.ts'

type Contract = Services['edits']

export interface EditServiceDependencies extends Omit<EditDependencies, 'onChanged'> {
  /** Opens a local file in a text editor; resolves once that has started. Throws if there is none. */
  readonly openEditor: (path: string) => Promise<void>
  /** The time in milliseconds since 1970. */
  readonly now?: () => number
}

// Copies of earlier runs are kept this long once their changes were uploaded.
const retentionMs = 7 * 86_400_000

/** Opens remote files in a local editor and uploads saved changes, never over changes made by others. */
export class EditService implements Contract, Disposable {
  readonly #dependencies: EditServiceDependencies
  readonly #store = new DisposableStore()
  readonly #edits = new Map<EditId, Edit>()
  readonly #changed = this.#store.add(new Emitter<readonly UnsentEdit[]>())
  readonly onUnsent = this.#changed.event
  /** The sides that are connected. */
  #ready: ReadonlySet<string>
  #disposed = false

  constructor(dependencies: EditServiceDependencies) {
    this.#dependencies = dependencies
    this.#ready = readyOf(dependencies.sides.snapshots())
    this.#store.add(
      dependencies.sides.onChanged(snapshots => {
        const ready = new Set(snapshots.filter(({ state }) => state.kind === 'ready').map(({ side }) => sideKey(side)))
        const before = this.#ready
        this.#ready = ready
        for (const edit of this.#edits.values()) if (ready.has(edit.side) && !before.has(edit.side)) edit.send('retry')
      }),
    )
  }

  async open({ place }: { readonly place: Place }): Promise<void> {
    const { openEditor } = this.#dependencies
    const key = `${sideKey(place.side)} ${place.path}`
    const waiting = [...this.#edits.values()].find(edit => edit.key === key && edit.state.kind !== 'clean')
    // A second copy would abandon the changes in the first one.
    if (waiting) return openEditor(waiting.path)
    const { data, version } = await this.#fetch(place)
    const id = editId.parse(randomBytes(8).toString('hex'))
    const name = copyName(nameOf(place.path), process.platform)
    const record: EditRecord = { version: 1, place, name, base: version, sent: digestOf(data) }
    const { folder } = this.#dependencies
    await mkdir(copyFolder(folder, id), { recursive: true, mode: 0o700 })
    await writeFile(join(copyFolder(folder, id), name), data, { mode: 0o600, flag: 'wx' })
    await writeRecord(folder, id, record)
    const edit = this.#follow(id, record, { kind: 'clean' })
    try {
      await openEditor(edit.path)
    } catch (error) {
      this.#edits.delete(id)
      edit.dispose()
      await removeEdit(folder, id)
      throw error
    }
  }

  unsent(): readonly UnsentEdit[] {
    return [...this.#edits.values()].flatMap(edit => edit.unsent ?? [])
  }

  send({ id }: { readonly id: EditId }): void {
    this.#find(id).send('asked-to-send')
  }

  drop({ id }: { readonly id: EditId }): Promise<void> {
    return this.#find(id).drop()
  }

  /**
   * Restores the edits of earlier runs: changes that were not uploaded are offered to the user; other copies are
   * watched, in case an editor is still open, and deleted a week after their last change.
   */
  async restore(): Promise<void> {
    const { folder, reportBug } = this.#dependencies
    await sweepOrphans(folder)
    for (const left of await readLeftBehind(folder)) {
      if (this.#disposed) return
      if (!this.#edits.has(left.id)) await this.#takeUp(left).catch(error => reportBug('edits', error))
    }
  }

  dispose(): void {
    this.#disposed = true
    for (const edit of this.#edits.values()) edit.dispose()
    this.#store.dispose()
  }

  async #takeUp({ id, record, touchedMs }: LeftBehind): Promise<void> {
    const { folder, now = Date.now } = this.#dependencies
    const data = record && (await readFile(join(copyFolder(folder, id), record.name)).catch(() => null))
    if (record && data && digestOf(data) !== record.sent) {
      const why = 'Your changes were not uploaded before Hawser quit.'
      this.#follow(id, record, { kind: 'held', why })
      this.#announce()
    } else if (now() - touchedMs > retentionMs) await removeEdit(folder, id)
    else if (record && data) this.#follow(id, record, { kind: 'clean' })
  }

  #follow(id: EditId, record: EditRecord, state: Edit['state']): Edit {
    const edit = new Edit({ id, record, state }, { ...this.#dependencies, onChanged: () => this.#announce() })
    if (this.#disposed) edit.dispose()
    else this.#edits.set(id, edit)
    return edit
  }

  async #fetch(place: Place): Promise<FilePiece> {
    const borrowed = await this.#dependencies.sides.borrow(place.side)
    try {
      const info = await borrowed.files.info(place.path, { follow: true })
      if (info?.kind !== 'file') throw new AppError('not-found', `${shortName(nameOf(place.path))} is not a file.`)
      if (info.size > largestRead)
        throw new AppError(
          'invalid-input',
          'Files larger than 5 MB can’t be opened in an editor. Download the file first.',
        )
      return await readPiece(borrowed.files, place.path, { offset: 0, length: largestRead })
    } finally {
      borrowed.dispose()
    }
  }

  #find(id: EditId): Edit {
    const edit = this.#edits.get(id)
    if (!edit) throw new AppError('not-found', 'This file is no longer open in an editor.')
    return edit
  }

  #announce(): void {
    this.#changed.fire(this.unsent())
  }
}

function readyOf(snapshots: readonly SideSnapshot[]): ReadonlySet<string> {
  return new Set(snapshots.filter(({ state }) => state.kind === 'ready').map(({ side }) => sideKey(side)))
}
