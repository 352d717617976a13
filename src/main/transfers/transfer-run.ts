import { setMaxListeners } from 'node:events'

import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { isSafeName, isWithin, nameOf } from '../../shared/base/paths.ts'
import type { TransferRequest } from '../../shared/contract/transfers.ts'
import { fileError, notAFile, sizeUnknown } from '../files/file-errors.ts'
import { walk, type Found } from '../files/walk.ts'
import { copyLink } from './copy-link.ts'
import { FileCopier } from './file-copier.ts'
import type { CopiedRecord } from './part-file.ts'
import { isSkip, Placement, type Item, type Skip } from './placement.ts'
import { checkPlaces, moveAtOnce } from './places.ts'
import { SmallFilePacks } from './small-file-packs.ts'
import { SourceFolders } from './source-folders.ts'
import { TargetFolders } from './target-folders.ts'
import { endsTransfer, filesAtOnce, localName, targetPath } from './transfer-plan.ts'
import type { TransferRunParts } from './transfer-run-parts.ts'
import { WorkQueue } from './work-queue.ts'

/**
 * One run of a transfer: walks the sources, creates the folders and copies many files in parallel. A file that fails is
 * reported and the rest continues; a lost connection, a full disk or an abort ends the run with that error, without
 * losing copied files.
 */
export class TransferRun {
  readonly #parts: TransferRunParts
  readonly #folders: TargetFolders
  readonly #placement: Placement
  readonly #queue: WorkQueue
  readonly #abort = new AbortController()
  readonly #sourceFolders: SourceFolders
  readonly #followed = new Set<string>()
  readonly #copied: Map<string, CopiedRecord>
  /** The links on the target that other sides sent, in this run and earlier ones. */
  readonly #brought: Set<string>
  readonly #copier: FileCopier
  readonly #small: SmallFilePacks

  constructor(parts: TransferRunParts) {
    const { source, target, request, brought = new Set<string>() } = parts
    this.#parts = parts
    this.#brought = brought
    const { signal } = this.#abort
    // Every copy in progress listens to it.
    setMaxListeners(0, signal)
    this.#sourceFolders = new SourceFolders(target)
    this.#folders = new TargetFolders({
      files: target,
      root: request.to.path,
      signal,
      made: parts.made,
      modeOf: path => this.#sourceFolders.modeOf(path),
      mayEnter: link => target.key !== 'local' && target.key !== source.key && !brought.has(link),
    })
    const { again, ask, decided, names, copied = new Map<string, CopiedRecord>() } = parts
    this.#copied = copied
    this.#placement = new Placement({
      source,
      target,
      folders: this.#folders,
      signal,
      again,
      ask,
      decided,
      names,
      copied,
      request,
      isBrought: path => brought.has(path),
    })
    this.#queue = new WorkQueue(() => filesAtOnce(source.pace, target.pace))
    this.#copier = new FileCopier(parts, copied, signal)
    this.#small = new SmallFilePacks({
      run: parts,
      copier: this.#copier,
      placement: this.#placement,
      queue: this.#queue,
      signal,
      guard: (path, work) => this.#guard(path, work),
      queueOne: item => this.#queueOne(item),
      skip: (item, how) => this.#skip(item, how),
    })
  }

  async run(): Promise<void> {
    const { signal, request, meter, source } = this.#parts
    const abort = () => this.#abort.abort()
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    try {
      const inPlace = await checkPlaces(this.#parts)
      const root = await this.#folders.get(request.to.path)
      if (!(await moveAtOnce(this.#parts, root, (path, error) => this.#fail(path, error)))) {
        if (!request.options.verify && !request.options.keepOwner) this.#small.begin()
        const names = await this.#placement.startNames(inPlace)
        await this.#walk(request.from.paths, start => [names.get(start) ?? nameOf(start)])
        meter.counting = false
        // A followed link may lead to more of them.
        do {
          this.#small.send()
          await this.#queue.idle()
        } while (!this.#small.isEmpty)
        const { made } = this.#parts
        const goes = async ({ viaLink }: Item, path: string) =>
          request.options.move && viaLink !== true && (await this.#folders.has(path))
        await this.#sourceFolders.finish({ source, wasMade: path => made.has(path), goes })
      }
      meter.counting = false
      this.#queue.throwIfFailed()
      if (signal.aborted) throw cancelled()
    } catch (error) {
      // Work in progress ends first, and its error matters more than the abort.
      abort()
      await this.#queue.idle().catch(() => {})
      this.#queue.throwIfFailed()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
      abort()
    }
  }

  async #walk(
    starts: readonly string[],
    nameStart: (start: string) => readonly string[],
    viaLink = false,
  ): Promise<void> {
    const { source } = this.#parts
    await walk(source, starts, {
      signal: this.#abort.signal,
      onFound: found => {
        const start = starts.find(each => isWithin(found.path, each)) ?? found.path
        this.#found(found, [...nameStart(start), ...found.below], viaLink)
      },
      onFailed: (path, error) => this.#fail(path, error),
    })
    this.#queue.throwIfFailed()
  }

  #found({ path, info }: Found, names: readonly string[], viaLink: boolean): void {
    const { request } = this.#parts
    // Names with slashes are rejected earlier; this is the second line of defense.
    if (!names.every(isSafeName))
      return this.#fail(path, new AppError('name-refused', 'The name refers to something else.'))
    const item: Item = { from: path, names: names.map(name => this.#targetName(name)), info, viaLink }
    if (info.kind === 'folder') {
      this.#sourceFolders.add(item, targetPath(request.to.path, item.names))
      this.#queue.add('small', () =>
        this.#guard(path, async () => void (await this.#placement.folderOf([...item.names]))),
      )
      return
    }
    if (info.oddSize) return this.#fail(path, sizeUnknown(path, this.#parts.source.label))
    if (info.kind === 'special') return this.#fail(path, notAFile(path, this.#parts.source.label))
    if (info.kind === 'link') return this.#link(item, request.options.links)
    this.#addFile(item)
  }

  #targetName(name: string): string {
    return this.#parts.target.key === 'local' ? localName(name, process.platform) : name
  }

  #addFile(item: Item): void {
    const { meter, source } = this.#parts
    meter.filesTotal++
    meter.bytesTotal += item.info.size
    source.expect(item.info.size)
    this.#parts.target.expect(item.info.size)
    if (!this.#small.take(item)) this.#queueOne(item)
  }

  #queueOne(item: Item): void {
    const size = item.info.size <= this.#parts.source.pace.chunk ? 'small' : 'large'
    this.#queue.add(size, () => this.#guard(item.from, () => this.#copy(item)))
  }

  #link(item: Item, how: TransferRequest['options']['links']): void {
    const { meter, source } = this.#parts
    if (how === 'skip') return
    if (how === 'keep') {
      meter.filesTotal++
      this.#queue.add('small', () => this.#guard(item.from, () => this.#copyLink(item)))
      return
    }
    this.#queue.add('small', () =>
      this.#guard(item.from, async () => {
        const info = await source.info(item.from, { follow: true })
        if (!info) throw fileError('not-found', { path: item.from, where: source.label })
        if (info.kind === 'file') return this.#addFile({ ...item, info, viaLink: true })
        const real = await source.realPath(item.from)
        if (this.#followed.has(real) || isWithin(item.from, real))
          throw fileError('link-loop', { path: item.from, where: source.label })
        this.#followed.add(real)
        const above = item.names
        await this.#walk([real], () => above, true)
      }),
    )
  }

  #copyLink(item: Item): Promise<void> {
    const onMade = (path: string) => {
      if (this.#parts.source.key !== 'local') this.#brought.add(path)
    }
    const { source, target, meter, names } = this.#parts
    const wasCopied = (from: string) => this.#copied.has(from)
    const onCopied = (copied: Item) => {
      this.#copier.noteCopied(copied, true)
      return this.#copier.takeAway(copied)
    }
    return copyLink({ source, target, meter, names, placement: this.#placement, wasCopied, onMade, onCopied }, item)
  }

  async #copy(item: Item): Promise<void> {
    const place = await this.#placement.of(item)
    if (!isSkip(place)) return this.#copier.copyTo(item, place)
    this.#skip(item, place)
    // An earlier run copied the file but didn't get to delete it.
    if (place === 'done') await this.#copier.takeAway(item)
  }

  #skip(item: Item, how: Skip): void {
    const { meter } = this.#parts
    meter.files++
    meter.bytes += item.info.size
    if (how === 'skipped') meter.skipped++
  }

  async #guard(path: string, work: () => Promise<void>): Promise<void> {
    try {
      if (this.#abort.signal.aborted) throw cancelled()
      await work()
    } catch (error) {
      this.#fail(path, error)
    }
  }

  #fail(path: string, error: unknown): void {
    if (!(error instanceof AppError) || endsTransfer(error)) {
      this.#queue.fail(error)
      this.#abort.abort()
      return
    }
    const { code, message } = error
    this.#parts.onFailure({ path, error: { code, message } })
  }
}
