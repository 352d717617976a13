import { createHash, randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { AppError, messageOf } from '../../shared/base/errors.ts'
import { DisposableStore, toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import { joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shownName } from '../../shared/base/shown-name.ts'
import type { Services } from '../../shared/contract/contract.ts'
import { largestRead, type FileVersion, type Place } from '../../shared/contract/files.ts'
import { readPiece, saveFile } from '../files/file-contents.ts'
import type { FileSides } from '../files/file-sides.ts'
import { toPath } from '../files/native-path.ts'
import type { Prompter } from '../prompts/prompter.ts'
import { localName } from '../transfers/transfer-plan.ts'

type Contract = Services['edits']

export interface EditServiceParts {
  readonly sides: FileSides
  readonly prompter: Prompter
  /** A folder of ours for the copies; only its user may enter. */
  readonly folder: string
  /** The command of the editor with its arguments; empty is the system's own choice. */
  readonly editor: () => string
  /** Opens a file with the program that the system has for it; answers what went wrong, or nothing. */
  readonly openPath: (path: string) => Promise<string>
  readonly tell: (level: 'info' | 'warning' | 'error', text: string) => void
}

interface Edit {
  readonly place: Place
  readonly path: string
  version: FileVersion
  sum: string
  saving: Promise<void>
}

// Editors write in several steps: the file is read when they have come to rest.
const settleMs = 300
// What the last runs left behind; younger ones may hold what was not sent yet.
const keptMs = 7 * 86_400_000

/** Opens files of a host in an editor of this computer and sends back what is saved, never over what others wrote. */
export class EditService implements Contract, Disposable {
  readonly #parts: EditServiceParts
  readonly #store = new DisposableStore()

  constructor(parts: EditServiceParts) {
    this.#parts = parts
  }

  open: Contract['open'] = async ({ place }) => {
    const { sides, folder } = this.#parts
    const borrowed = await sides.borrow(place.side)
    try {
      const info = await borrowed.files.info(place.path, { follow: true })
      if (info?.kind !== 'file') throw new AppError('not-found', `${shownName(nameOf(place.path))} is not a file.`)
      if (info.size > largestRead)
        throw new AppError('invalid-input', 'Files of more than 5 MB are not opened this way. Copy it here first.')
      const { data, version } = await readPiece(borrowed.files, place.path, { offset: 0, length: largestRead })
      const own = join(folder, randomBytes(8).toString('hex'))
      await mkdir(own, { recursive: true, mode: 0o700 })
      const path = join(own, localName(shownName(nameOf(place.path)).replaceAll('/', '_'), process.platform))
      await writeFile(path, data, { mode: 0o600 })
      const edit: Edit = { place, path, version, sum: sumOf(data), saving: Promise.resolve() }
      this.#watch(edit, own)
      await this.#start(path)
    } finally {
      borrowed.dispose()
    }
  }

  /** Takes away what runs of long ago left behind. */
  async sweep(): Promise<void> {
    const { folder } = this.#parts
    const names = await readdir(folder).catch(() => [])
    for (const name of names) {
      const found = await stat(join(folder, name)).catch(() => null)
      if (found && Date.now() - found.mtimeMs > keptMs) await rm(join(folder, name), { recursive: true, force: true })
    }
  }

  dispose(): void {
    this.#store.dispose()
  }

  #watch(edit: Edit, folder: string): void {
    let timer: NodeJS.Timeout | undefined
    // The folder, since many editors put a new file in the place of the old one.
    const watcher = watch(folder, () => {
      clearTimeout(timer)
      timer = setTimeout(() => (edit.saving = edit.saving.then(() => this.#send(edit))), settleMs)
    })
    watcher.on('error', () => {})
    this.#store.add(
      toDisposable(() => {
        clearTimeout(timer)
        watcher.close()
      }),
    )
  }

  async #start(path: string): Promise<void> {
    const [program, ...rest] = this.#parts.editor().trim().split(/\s+/)
    if (program === undefined || program === '') {
      const wrong = await this.#parts.openPath(path)
      if (wrong !== '')
        throw new AppError('unsupported', `No program opens this file (${wrong}). Set an editor in the settings.`)
      return
    }
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, [...rest, path], { detached: true, stdio: 'ignore' })
      child.once('spawn', () => {
        child.unref()
        resolve()
      })
      child.once('error', () =>
        reject(
          new AppError('not-found', `The editor ${program} could not be started. Set another one in the settings.`),
        ),
      )
    })
  }

  async #send(edit: Edit): Promise<void> {
    const data = await readFile(edit.path).catch(() => null)
    if (!data || sumOf(data) === edit.sum) return
    const name = shownName(nameOf(edit.place.path))
    try {
      if (data.length > largestRead) throw new AppError('invalid-input', `${name} has grown past 5 MB.`)
      await this.#save(edit, data, { expected: edit.version })
      this.#parts.tell('info', `${name} was saved on the host.`)
    } catch (error) {
      if (error instanceof AppError && error.code === 'changed') return this.#askAbout(edit, data)
      this.#parts.tell('error', `${name} was not sent back: ${messageOf(error)} Your copy is ${edit.path}.`)
    }
  }

  async #save(edit: Edit, data: Buffer, to: { expected: FileVersion | null; path?: string }): Promise<void> {
    const { expected, path = edit.place.path } = to
    const borrowed = await this.#parts.sides.borrow(edit.place.side, undefined, 'background')
    try {
      const version = await saveFile(borrowed.files, path, { data, expected })
      edit.sum = sumOf(data)
      if (path === edit.place.path) edit.version = version
    } finally {
      borrowed.dispose()
    }
  }

  /** Somebody else wrote to it meanwhile: a person says what becomes of the two. */
  async #askAbout(edit: Edit, data: Buffer): Promise<void> {
    const { prompter, sides, tell } = this.#parts
    const { place } = edit
    const borrowed = await sides.borrow(place.side, undefined, 'background')
    const there = await borrowed.files.info(place.path, { follow: true }).finally(() => borrowed.dispose())
    const answer = await prompter.ask(
      {
        kind: 'conflict',
        name: shownName(nameOf(place.path)),
        folder: shownName(parentOf(place.path)),
        source: {
          place: { side: { target: { kind: 'local' }, root: false }, path: toPath(edit.path) },
          size: data.length,
          mtimeMs: Date.now(),
        },
        target: { place, size: there?.size ?? 0, mtimeMs: there?.mtimeMs ?? null },
        canResume: false,
      },
      // An editor elsewhere saved it: whoever types in this window has not asked for anything.
      { asker: 'background', signal: new AbortController().signal },
    )
    const choice = answer?.kind === 'conflict' ? answer.choice : 'skip'
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
    const beside = joinPath(parentOf(place.path), `${nameOf(place.path).slice(0, 100)}.mine-${stamp}`)
    try {
      if (choice === 'replace')
        await this.#save(edit, data, { expected: there && { size: there.size, mtimeMs: there.mtimeMs } })
      else if (choice === 'keep-both') await this.#save(edit, data, { expected: null, path: beside })
      else tell('warning', `What you saved was not sent back. It is in ${edit.path}.`)
    } catch (error) {
      tell(
        'error',
        `${shownName(nameOf(place.path))} was not sent back: ${messageOf(error)} Your copy is ${edit.path}.`,
      )
    }
  }
}

function sumOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
