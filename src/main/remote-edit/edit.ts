import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { AppError, messageOf } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { EditId, UnsentEdit } from '../../shared/contract/edits.ts'
import { largestRead, type FileInfo } from '../../shared/contract/files.ts'
import type { AskedBy } from '../../shared/contract/asked-by.ts'
import { saveFile } from '../files/file-contents.ts'
import type { FileSystem } from '../files/file-system.ts'
import { sideKey, type FileSides } from '../files/file-sides.ts'
import { toPath } from '../files/native-path.ts'
import { cutName } from '../sftp/byte-names.ts'
import type { Prompter } from '../prompts/prompter.ts'
import { copyFolder, writeRecord, type EditRecord } from './edit-record.ts'
import { isUnsent, nextState, type EditEvent, type EditState } from './edit-state.ts'
import { watchFolder, type WatchOptions } from './watch-folder.ts'

/** The dependencies of an edit. */
export interface EditDependencies {
  readonly sides: FileSides
  readonly prompter: Prompter
  /** Hawser's own folder for the copies; only its user can enter it. */
  readonly folder: string
  readonly showNotice: (level: 'info' | 'warning' | 'error', text: string) => void
  readonly reportBug: (where: string, error: unknown) => void
  readonly onChanged: () => void
  readonly watch?: WatchOptions
  /** How long the copy must be unchanged before it is read, in milliseconds. */
  readonly settleMs?: number
}

export interface EditStart {
  readonly id: EditId
  readonly record: EditRecord
  readonly state: EditState
}

// Editors write in several steps: the file is read once they have finished.
const defaultSettleMs = 300

/**
 * A remote file that is open in a local editor. Saved changes are uploaded, one save after the other and never over
 * changes made by others. No failure ends this: changes that can't be uploaded stay in the copy, wait for the host or
 * the user, and the next save is tried again.
 */
export class Edit implements Disposable {
  readonly id: EditId
  /** The local copy. */
  readonly path: string
  readonly #dependencies: EditDependencies
  readonly #ended = new AbortController()
  readonly #watcher: Disposable
  #record: EditRecord
  #state: EditState
  /** The digest of the last attempted upload. */
  #tried: string | null = null
  #tries = 0
  /** The copy has changed since it was read. */
  #touched = false
  #running = false
  #settling: NodeJS.Timeout | undefined
  #retrying: NodeJS.Timeout | undefined
  /** An editor saves in the background: the user is only waiting after "Send now". */
  #by: AskedBy = 'background'

  constructor({ id, record, state }: EditStart, dependencies: EditDependencies) {
    this.id = id
    this.#record = record
    this.#state = state
    this.#dependencies = dependencies
    const own = copyFolder(dependencies.folder, id)
    this.path = join(own, record.name)
    // Watches the folder, since many editors replace the file with a new one.
    this.#watcher = watchFolder(own, () => this.#settle(), dependencies.watch)
  }

  get state(): EditState {
    return this.#state
  }

  /** Identifies the remote file: equal for the same file of the same user. */
  get key(): string {
    return `${sideKey(this.#record.place.side)} ${this.#record.place.path}`
  }

  /** The changes that exist in the copy only; null if there are none or they are being uploaded. */
  get unsent(): UnsentEdit | null {
    const state = this.#state
    if (!isUnsent(state)) return null
    const { place } = this.#record
    return { id: this.id, place, path: toPath(this.path), why: state.why, retries: state.kind === 'waiting' }
  }

  /** Uploads pending changes, because the user asked for it or the host is back. */
  send(because: 'asked-to-send' | 'retry'): void {
    if (because === 'asked-to-send') this.#by = 'person'
    this.#go({ kind: because })
    this.#wake()
  }

  /** Identifies the side of the file. */
  get side(): string {
    return sideKey(this.#record.place.side)
  }

  /** Leaves the changes in the copy: they are not offered again. */
  async drop(): Promise<void> {
    const data = await readFile(this.path).catch(() => null)
    if (data) await this.#remember({ ...this.#record, sent: digestOf(data) })
    this.#go({ kind: 'dropped' })
  }

  dispose(): void {
    this.#ended.abort()
    this.#watcher.dispose()
    clearTimeout(this.#settling)
    clearTimeout(this.#retrying)
  }

  #settle(): void {
    if (this.#ended.signal.aborted) return
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      this.#touched = true
      this.#wake()
    }, this.#dependencies.settleMs ?? defaultSettleMs)
  }

  /**
   * Works until nothing is left to do. Only one runs at a time, and it never rejects: a bug is reported and the changes
   * are kept.
   */
  #wake(): void {
    if (this.#running) return
    this.#running = true
    this.#work()
      .catch(error => {
        this.#dependencies.reportBug('edits', error)
        this.#go({ kind: 'put-off', why: `An internal error occurred (${messageOf(error)}).` })
      })
      .finally(() => {
        this.#running = false
        // It may have changed in the very moment that the work ended.
        if (!this.#ended.signal.aborted && (this.#touched || this.#state.kind === 'dirty')) this.#wake()
      })
  }

  async #work(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      if (this.#touched) {
        this.#touched = false
        await this.#look()
      }
      if (this.#state.kind !== 'dirty') return
      await this.#trySending()
      this.#by = 'background'
    }
  }

  async #look(): Promise<void> {
    // The file is missing for a moment while an editor replaces it.
    const data = await readFile(this.path).catch(() => null)
    if (!data) return
    const digest = digestOf(data)
    const holds =
      digest === this.#record.sent ? 'what was sent' : digest === this.#tried ? 'what was tried' : 'something new'
    this.#go({ kind: 'looked', holds })
  }

  async #trySending(): Promise<void> {
    this.#go({ kind: 'started' })
    try {
      const data = await readFile(this.path)
      this.#tried = digestOf(data)
      if (data.length > largestRead) throw new AppError('invalid-input', `${this.#name} is now larger than 5 MB.`)
      this.#go(this.#tried === this.#record.sent ? { kind: 'sent' } : await this.#sendOrAsk(data))
    } catch (error) {
      this.#go({ kind: 'failed', error, tries: this.#tries++ })
    }
  }

  async #sendOrAsk(data: Buffer): Promise<EditEvent> {
    const { showNotice } = this.#dependencies
    try {
      await this.#save(data)
    } catch (error) {
      if (error instanceof AppError && error.code === 'changed') return this.#resolveConflict(data)
      throw error
    }
    showNotice('info', `${this.#name} was saved to the host.`)
    return { kind: 'sent' }
  }

  async #save(data: Buffer): Promise<void> {
    const { place, base: expected } = this.#record
    const base = await this.#onSide(async files => {
      // A missing file may have been created by someone else in the meantime.
      if (!expected && (await files.info(place.path, { follow: true })))
        throw new AppError('changed', `${this.#name} was created on ${files.label} by someone else.`)
      const onNote = (text: string) => this.#dependencies.showNotice('info', text)
      return saveFile(files, place.path, { data, expected, onNote })
    })
    await this.#remember({ ...this.#record, base, sent: digestOf(data) })
  }

  /** Someone else wrote to the file in the meantime: the user decides. */
  async #resolveConflict(data: Buffer): Promise<EditEvent> {
    const { place } = this.#record
    const found = await this.#onSide(files => files.info(place.path, { follow: true }))
    if (!found) {
      this.#record = { ...this.#record, base: null }
      return { kind: 'put-off', why: `${this.#name} was deleted on the host. Choose “Send now” to create it again.` }
    }
    switch (await this.#ask(data, found)) {
      case 'replace':
        this.#record = { ...this.#record, base: { size: found.size, mtimeMs: found.mtimeMs } }
        return this.#sendOrAsk(data)
      case 'keep-both':
        // Later saves go to the new file too, since the user has decided.
        return this.#sendBeside(data)
      default:
        return { kind: 'put-off', why: `${this.#name} changed on the host after you opened it.` }
    }
  }

  async #sendBeside(data: Buffer): Promise<EditEvent> {
    const before = this.#record
    this.#record = { ...before, place: { ...before.place, path: besidePath(before.place.path) }, base: null }
    try {
      return await this.#sendOrAsk(data)
    } catch (error) {
      this.#record = before
      throw error
    }
  }

  /** Returns the user's choice; a question that can't be asked counts as "not now". */
  async #ask(data: Buffer, found: FileInfo): Promise<string> {
    const { place } = this.#record
    const question = {
      kind: 'conflict' as const,
      name: this.#name,
      folder: shortName(parentOf(place.path)),
      source: {
        place: { side: { target: { kind: 'local' as const }, root: false }, path: toPath(this.path) },
        size: data.length,
        mtimeMs: Date.now(),
      },
      target: { place, size: found.size, mtimeMs: found.mtimeMs },
      canResume: false,
      canStop: false,
    }
    try {
      const answer = await this.#dependencies.prompter.ask(question, {
        asker: this.#by,
        signal: this.#ended.signal,
      })
      return answer?.kind === 'conflict' ? answer.choice : 'skip'
    } catch (error) {
      this.#dependencies.reportBug('edits', error)
      return 'skip'
    }
  }

  async #onSide<T>(work: (files: FileSystem) => Promise<T>): Promise<T> {
    const borrowed = await this.#dependencies.sides.borrow(this.#record.place.side, this.#ended.signal, this.#by)
    try {
      return await work(borrowed.files)
    } finally {
      borrowed.dispose()
    }
  }

  async #remember(record: EditRecord): Promise<void> {
    this.#record = record
    try {
      await writeRecord(this.#dependencies.folder, this.id, record)
    } catch (error) {
      // Without the record, the copy counts as not uploaded after a restart, and is offered once more.
      this.#dependencies.showNotice('warning', messageOf(error))
    }
  }

  #go(event: EditEvent): void {
    if (this.#ended.signal.aborted) return
    const before = this.#state
    this.#state = nextState(before, event)
    clearTimeout(this.#retrying)
    const { kind } = this.#state
    if (kind === 'clean') this.#tries = 0
    if (this.#state.kind === 'waiting' && this.#state.retryMs !== null)
      this.#retrying = setTimeout(() => this.send('retry'), this.#state.retryMs).unref()
    if (isUnsent(before) || isUnsent(this.#state)) this.#dependencies.onChanged()
  }

  get #name(): string {
    return shortName(nameOf(this.#record.place.path))
  }
}

/** Returns the SHA-256 of a copy's contents in hexadecimal. */
export function digestOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Returns the name for saving changes beside a file that others changed, within the limits of disks. */
export function besidePath(path: string, now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-')
  return joinPath(parentOf(path), `${cutName(nameOf(path), 200)}.mine-${stamp}`)
}
