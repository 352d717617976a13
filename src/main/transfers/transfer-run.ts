import { setMaxListeners } from 'node:events'

import { AppError, toWireError } from '../../shared/base/errors.ts'
import { isSafeName, isWithin, nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { Entry } from '../../shared/contract/files.ts'
import type { TransferRequest } from '../../shared/contract/transfers.ts'
import { fileError, notAFile } from '../files/file-errors.ts'
import { eachOf } from '../files/each-of.ts'
import { walk, type Found } from '../files/walk.ts'
import { copyFile, type CopyFileOptions } from './copy-file.ts'
import { partPathOf, sameVersion } from './part-file.ts'
import { canPack, fewestPacked, pack, packedBytes, type PackedFile } from './pack.ts'
import { isSkip, Placement, taken, type Destination, type Item, type Skip } from './placement.ts'
import { checkPlaces, moveAtOnce } from './places.ts'
import { TargetFolders, within, type TargetFolder } from './target-folders.ts'
import {
  endsTransfer,
  filesAtOnce,
  freeName,
  localName,
  targetPath,
  unlessEnding,
  worthAnotherTry,
} from './transfer-plan.ts'
import type { TransferRunParts } from './transfer-run-parts.ts'
import { WorkQueue } from './work-queue.ts'

const tries = 3
const mostPacked = 4_000
const retryMs = 400

/**
 * One run of a transfer: walks the sources, makes the folders, copies the files, many at a time. A file that fails is
 * told and the rest goes on; a lost link, a full disk or an abort ends the run with that error, and nothing that was
 * copied is lost.
 */
export class TransferRun {
  readonly #parts: TransferRunParts
  readonly #folders: TargetFolders
  readonly #placement: Placement
  readonly #queue: WorkQueue
  readonly #abort = new AbortController()
  readonly #sourceFolders: Item[] = []
  readonly #followed = new Set<string>()
  /** Small files that wait for company, to travel as one stream. */
  readonly #small: Item[] = []
  #packs: Promise<boolean> = Promise.resolve(false)

  constructor(parts: TransferRunParts) {
    const { source, target, request } = parts
    this.#parts = parts
    const { signal } = this.#abort
    // Every copy under way listens to it.
    setMaxListeners(0, signal)
    this.#folders = new TargetFolders({ files: target, root: request.to.path, signal, made: parts.made })
    const { again, ask, decided, names } = parts
    this.#placement = new Placement({
      source,
      target,
      folders: this.#folders,
      signal,
      again,
      ask,
      decided,
      names,
      request,
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
        // Behind a link that is followed there may be more of them.
        do {
          this.#sendSmall()
          await this.#queue.idle()
        } while (this.#small.length > 0)
        await this.#finishFolders()
      }
      meter.counting = false
      this.#queue.throwIfFailed()
      if (signal.aborted) throw new AppError('cancelled', 'Cancelled')
    } catch (error) {
      // What is under way ends first; and why it ended counts more than that it was called off.
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
    // A name with a slash in it never comes this far; this is the second lock on the same door.
    if (!names.every(isSafeName)) return this.#fail(path, new AppError('name-refused', 'The name leads elsewhere.'))
    const item: Item = { from: path, names: names.map(name => this.#nameThere(name)), info, viaLink }
    if (info.kind === 'folder') {
      this.#sourceFolders.push(item)
      this.#queue.add('small', () =>
        this.#guard(path, async () => void (await this.#placement.folderOf([...item.names]))),
      )
      return
    }
    if (info.kind === 'special') return this.#fail(path, notAFile(path, this.#parts.source.label))
    if (info.kind === 'link') return this.#link(item, request.options.links)
    this.#addFile(item)
  }

  #nameThere(name: string): string {
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
      if (this.#small.length >= mostPacked) this.#sendSmall()
      return
    }
    this.#queueOne(item)
  }

  #queueOne(item: Item): void {
    const size = item.info.size <= this.#parts.source.pace.chunk ? 'small' : 'large'
    this.#queue.add(size, () => this.#guard(item.from, () => this.#copy(item)))
  }

  /** Sends the small files that were found: as one stream where that is quicker, else one by one. */
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
    const { source, target, meter, pass } = this.#parts
    const byTarget = new Map<string, Item>()
    const files: PackedFile[] = []
    await eachOf(items, 64, item =>
      this.#guard(item.from, async () => {
        const place = await this.#placement.of(item)
        if (isSkip(place)) return this.#skip(item, place)
        if (place.append) return this.#copyTo(item, place)
        byTarget.set(place.to, item)
        files.push({ from: item.from, to: place.to, info: item.info, replace: place.replace })
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
    const left = await pack({ source, target, files, signal: this.#abort.signal, pass, onDone })
    meter.packed = false
    const missing = new Set(left.map(({ to }) => to))
    for (const file of left) {
      const { to, replace } = file
      if (done.has(to)) count(file, -1)
      const item = byTarget.get(to) as Item
      this.#queue.add('small', () => this.#guard(item.from, () => this.#copyTo(item, { to, replace, append: false })))
    }
    const moved = files.flatMap(({ to }) => (missing.has(to) ? [] : [byTarget.get(to) as Item]))
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

  async #copyLink(item: Item): Promise<void> {
    const { source, target, meter } = this.#parts
    const folder = await this.#placement.folderOf(item.names.slice(0, -1))
    const name = item.names.at(-1) as string
    const leads = (item.info as Entry).link?.target ?? (await source.readLink(item.from))
    const there = folder.at(name)
    if (there) {
      const path = within(folder, name)
      const same = there.kind === 'link' && (await target.readLink(path).catch(() => null)) === leads
      const verdict = same ? 'skip' : await this.#placement.decide(item, path, there)
      if (verdict === 'skip') return void (meter.skipped++, meter.files++)
      if (verdict === 'keep-both') return this.#makeLink(folder, freeName(name, taken(folder)), leads)
      await this.#replaceByLink(path, leads)
    } else await this.#makeLink(folder, name, leads)
    if (this.#parts.request.options.move && item.viaLink !== true) await source.removeFile(item.from)
  }

  // Made beside it first: a side that makes no links must not lose the file for one.
  async #replaceByLink(path: string, leads: string): Promise<void> {
    const { target, meter } = this.#parts
    const part = partPathOf(path)
    await target.removeFile(part).catch(() => {})
    await target.makeLink(leads, part)
    await target.replace(part, path)
    meter.files++
  }

  async #makeLink(folder: TargetFolder, name: string, leads: string): Promise<void> {
    await this.#parts.target.makeLink(leads, within(folder, name))
    this.#parts.meter.files++
  }

  async #copy(item: Item): Promise<void> {
    const place = await this.#placement.of(item)
    if (!isSkip(place)) return this.#copyTo(item, place)
    this.#skip(item, place)
    // It was copied by an earlier run that did not come to this.
    if (place === 'done') await this.#takeAway(item)
  }

  async #copyTo(item: Item, place: Destination): Promise<void> {
    const { meter, target, parts, locks } = this.#parts
    const lock = await locks.hold(`${target.key} ${place.to}`)
    try {
      await this.#withRetries(item, place)
    } finally {
      lock.dispose()
    }
    parts.delete(place.to)
    meter.files++
    await this.#takeAway(item)
  }

  /** Ends a move: the source goes, if it still is what was copied. */
  async #takeAway({ from, info, viaLink }: Item): Promise<void> {
    const { source, request } = this.#parts
    if (!request.options.move || viaLink === true) return
    const now = await source.info(from)
    if (now && sameVersion(now, info)) await source.removeFile(from)
    else if (now)
      throw new AppError('changed', `${shortName(nameOf(from))} was changed after it was copied, so it was left.`)
  }

  async #withRetries(item: Item, how: Destination): Promise<void> {
    const { meter, source, signal, parts } = this.#parts
    for (let attempt = 1; ; attempt++) {
      const before = meter.bytes
      try {
        const info = attempt === 1 ? item.info : ((await source.info(item.from)) ?? item.info)
        const place = attempt === 1 ? how : { ...how, append: false }
        return await copyFile(this.#optionsFor({ ...item, info }, place))
      } catch (error) {
        // What is there of it counts as long as it can be gone on with.
        if (!endsTransfer(error)) meter.bytes = before
        if (attempt === tries || !worthAnotherTry(error) || signal.aborted) throw error
        parts.delete(how.to)
        await new Promise(resolve => setTimeout(resolve, retryMs * 3 ** (attempt - 1)))
      }
    }
  }

  #optionsFor(item: Item, { to, replace, append }: Destination): CopyFileOptions {
    const { source, target, request, meter, parts, pass, onPartsChanged } = this.#parts
    return {
      source,
      target,
      from: item.from,
      to,
      info: item.info,
      replace,
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
    }
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

  /** Folders get their mode and time when nothing is written into them any more; moved ones go when they are empty. */
  async #finishFolders(): Promise<void> {
    const { target, source, request } = this.#parts
    const { made } = this.#parts
    for (const { from, names, info, viaLink } of this.#sourceFolders.toReversed()) {
      const path = targetPath(request.to.path, names)
      if (made.has(path)) {
        const times = info.mtimeMs === null ? {} : { mtimeMs: info.mtimeMs }
        await target.change(path, { mode: (info.mode ?? 0o755) & 0o777, ...times }).catch(unlessEnding)
      }
      // Empty ones only: what was not copied stays in its folder.
      const copied = request.options.move && viaLink !== true && (await this.#folders.has(path))
      if (copied) await source.removeFolder(from).catch(unlessEnding)
    }
  }
}
