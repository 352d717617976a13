import { setMaxListeners } from 'node:events'
import { AppError, toWireError } from '../../shared/base/errors.ts'
import { isSafeName, isWithin, nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import type { TransferRequest } from '../../shared/contract/transfers.ts'
import { fileError, notAFile, sizeUnknown } from '../files/file-errors.ts'
import { eachOf } from '../files/each-of.ts'
import { walk, type Found } from '../files/walk.ts'
import { pause } from '../work/pause.ts'
import { copyFile } from './copy-file.ts'
import { copyLink } from './copy-link.ts'
import type { CopyFileOptions } from './copy-options.ts'
import type { CopiedRecord } from './part-file.ts'
import { canPack, fewestPacked, pack, packedBytes, stagedPath, type PackedFile } from './pack.ts'
import { isSkip, Placement, type Destination, type Item, type Skip } from './placement.ts'
import { checkPlaces, moveAtOnce } from './places.ts'
import { SourceFolders } from './source-folders.ts'
import { takeAway } from './take-away.ts'
import { TargetFolders } from './target-folders.ts'
import { endsTransfer, filesAtOnce, localName, targetPath, worthAnotherTry } from './transfer-plan.ts'
import type { TransferRunParts } from './transfer-run-parts.ts'
import { WorkQueue } from './work-queue.ts'

const tries = 3
const maxPacked = 4_000
const retryMs = 400

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
  #announcedInPlace = false
  /** Small files waiting to be packed into one stream. */
  readonly #small: Item[] = []
  #packs: Promise<boolean> = Promise.resolve(false)

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
  }

  async run(): Promise<void> {
    const { signal, request, meter, source, target } = this.#parts
    const abort = () => this.#abort.abort()
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    try {
      const inPlace = await checkPlaces(this.#parts)
      const root = await this.#folders.get(request.to.path)
      if (!(await moveAtOnce(this.#parts, root, (path, error) => this.#fail(path, error)))) {
        if (!request.options.verify && !request.options.keepOwner) this.#packs = canPack(source, target)
        const names = await this.#placement.startNames(inPlace)
        await this.#walk(request.from.paths, start => [names.get(start) ?? nameOf(start)])
        meter.counting = false
        // A followed link may lead to more of them.
        do {
          this.#sendSmall()
          await this.#queue.idle()
        } while (this.#small.length > 0)
        const { made } = this.#parts
        const goes = async ({ viaLink }: Item, path: string) =>
          request.options.move && viaLink !== true && (await this.#folders.has(path))
        await this.#sourceFolders.finish({ source, wasMade: path => made.has(path), goes })
      }
      meter.counting = false
      this.#queue.throwIfFailed()
      if (signal.aborted) throw new AppError('cancelled', 'Cancelled')
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
    if (item.info.size > 0 && item.info.size <= packedBytes) {
      this.#small.push(item)
      if (this.#small.length >= maxPacked) this.#sendSmall()
      return
    }
    this.#queueOne(item)
  }

  #queueOne(item: Item): void {
    const size = item.info.size <= this.#parts.source.pace.chunk ? 'small' : 'large'
    this.#queue.add(size, () => this.#guard(item.from, () => this.#copy(item)))
  }

  /** Sends the small files found so far: as one stream if that is faster, otherwise one by one. */
  #sendSmall(): void {
    const items = this.#small.splice(0)
    if (items.length < fewestPacked) return items.forEach(item => this.#queueOne(item))
    this.#queue.add('large', () =>
      this.#guard(items[0]?.from ?? '', async () => {
        if (!(await this.#packs)) return items.forEach(item => this.#queueOne(item))
        await this.#pack(items)
      }),
    )
  }

  async #pack(items: readonly Item[]): Promise<void> {
    const { source, target, meter, pass, parts, onPartsChanged } = this.#parts
    const byTarget = new Map<string, Item>()
    const files: PackedFile[] = []
    await eachOf(items, 64, item =>
      this.#guard(item.from, async () => {
        const place = await this.#placement.of(item)
        if (isSkip(place)) return this.#skip(item, place)
        if (place.append) return this.#copyTo(item, place)
        byTarget.set(place.to, item)
        const { to, replace, standing } = place
        files.push({ from: item.from, to, info: item.info, replace, standing })
      }),
    )
    if (files.length === 0) return
    meter.packed = true
    const done = new Set<string>()
    const count = ({ info }: PackedFile, step: 1 | -1) => {
      meter.files += step
      meter.bytes += step * info.size
    }
    const onDone = (file: PackedFile) => {
      done.add(file.to)
      count(file, 1)
    }
    // Noted before it is created, so that the folder is deleted in the end even if the program is killed.
    const staged = stagedPath(files)
    if (target.commands) parts.set(staged, { size: 0, mtimeMs: null, whole: 0 })
    onPartsChanged()
    const onStageGone = () => parts.delete(staged)
    const left = await pack({ source, target, files, signal: this.#abort.signal, pass, onDone, onStageGone })
    meter.packed = false
    const missing = new Set(left.map(({ to }) => to))
    for (const file of left) {
      const { to, replace, standing } = file
      if (done.has(to)) count(file, -1)
      const item = byTarget.get(to) as Item
      const place = { to, replace, append: false, standing }
      this.#queue.add('small', () => this.#guard(item.from, () => this.#copyTo(item, place)))
    }
    const moved = files.flatMap(({ to }) => (missing.has(to) ? [] : [byTarget.get(to) as Item]))
    for (const item of moved) this.#noteCopied(item, true)
    await eachOf(moved, 64, item => this.#guard(item.from, () => this.#takeAway(item)))
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
      this.#noteCopied(copied, true)
      return this.#takeAway(copied)
    }
    return copyLink({ source, target, meter, names, placement: this.#placement, wasCopied, onMade, onCopied }, item)
  }

  async #copy(item: Item): Promise<void> {
    const place = await this.#placement.of(item)
    if (!isSkip(place)) return this.#copyTo(item, place)
    this.#skip(item, place)
    // An earlier run copied the file but didn't get to delete it.
    if (place === 'done') await this.#takeAway(item)
  }

  async #copyTo(item: Item, place: Destination): Promise<void> {
    const { meter, target, parts, locks } = this.#parts
    const lock = await locks.hold(`${target.key} ${place.to}`)
    let copied: { info: FileInfo; timeKept: boolean }
    try {
      copied = await this.#withRetries(item, place)
    } finally {
      lock.dispose()
    }
    parts.delete(place.to)
    meter.files++
    this.#noteCopied({ ...item, info: copied.info }, copied.timeKept)
    await this.#takeAway({ ...item, info: copied.info })
  }

  /** Records what the next run could not infer from the files: what may be deleted, and what has another time. */
  #noteCopied({ from, info: { size, mtimeMs } }: Item, timeKept: boolean): void {
    if (timeKept && !this.#parts.request.options.move) return
    this.#copied.set(from, { size, mtimeMs, timeKept })
    this.#parts.onPartsChanged()
  }

  async #takeAway(item: Item): Promise<void> {
    if (!this.#parts.request.options.move || item.viaLink === true) return
    await takeAway(this.#parts.source, item)
    this.#copied.delete(item.from)
  }

  /** Resolves to the copied version, and whether the copy has its time. */
  async #withRetries(item: Item, how: Destination): Promise<{ info: FileInfo; timeKept: boolean }> {
    const { meter, source, signal } = this.#parts
    for (let attempt = 1; ; attempt++) {
      const before = meter.bytes
      const first = attempt === 1
      try {
        const info = first ? item.info : ((await source.info(item.from)) ?? item.info)
        const options = this.#optionsFor({ ...item, info }, first ? how : { ...how, append: false })
        return { info, timeKept: await copyFile(first ? options : { ...options, resume: null }) }
      } catch (error) {
        // A partial file counts towards progress if it can be resumed.
        if (!endsTransfer(error)) meter.bytes = before
        if (attempt === tries || !worthAnotherTry(error) || signal.aborted) throw error
        await pause(retryMs * 3 ** (attempt - 1), this.#abort.signal)
      }
    }
  }

  #optionsFor(item: Item, { to, replace, append, standing }: Destination): CopyFileOptions {
    const { source, target, request, meter, parts, pass, onPartsChanged } = this.#parts
    return {
      source,
      target,
      from: item.from,
      to,
      info: item.info,
      replace,
      standing,
      append,
      resume: append ? { ...item.info, whole: 0 } : (parts.get(to) ?? null),
      keepOwner: request.options.keepOwner,
      verify: request.options.verify,
      signal: this.#abort.signal,
      pass,
      onPart: ({ size, mtimeMs }, whole) => {
        parts.set(to, { size, mtimeMs, whole })
        onPartsChanged()
      },
      onBytes: bytes => void (meter.bytes += bytes),
      onPartSettled: left => {
        if (!left) parts.delete(to)
        else if (!parts.has(to)) parts.set(to, { size: item.info.size, mtimeMs: item.info.mtimeMs, whole: 0 })
        onPartsChanged()
      },
      onInPlace: path => this.#sayInPlace(path),
    }
  }

  /** Announced once for all files of a run. */
  #sayInPlace(path: string): void {
    if (this.#announcedInPlace) return
    this.#announcedInPlace = true
    const [name, where] = [shortName(nameOf(path)), this.#parts.target.label]
    this.#parts.onNote?.(
      `Files can’t be replaced in the folder of ${name} on ${where}, so ${name} is overwritten in place.`,
    )
  }

  #skip(item: Item, how: Skip): void {
    const { meter } = this.#parts
    meter.files++
    meter.bytes += item.info.size
    if (how === 'skipped') meter.skipped++
  }

  async #guard(path: string, work: () => Promise<void>): Promise<void> {
    try {
      if (this.#abort.signal.aborted) throw new AppError('cancelled', 'Cancelled')
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
    this.#parts.onFailure({ path, error: toWireError(error) })
  }
}
