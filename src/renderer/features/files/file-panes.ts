import { AppError, toWireError } from '../../../shared/base/errors.ts'
import { toDisposable, type Disposable } from '../../../shared/base/lifecycle.ts'
import { joinPath, nameOf, parentOf, resolvePath } from '../../../shared/base/paths.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Entry, FromListing, ListingId, Side } from '../../../shared/contract/files.ts'
import type { AskedBy } from '../../../shared/contract/asked-by.ts'
import type { FileTab } from '../../../shared/contract/workspace.ts'
import type { Ports } from '../../ipc/ports.ts'
import { setFilePath } from '../../workspace/files-tabs.ts'
import { useWorkspace } from '../../workspace/workspace-store.ts'
import { changePane, newPane, useFiles, type PaneState } from './files-state.ts'
import { keepNames, noSelection } from './selection.ts'
import { sideText } from '../../mirrors/sides.ts'

const historyLength = 50
// Rows appear as they arrive, but a folder of 100,000 files isn't sorted again for every hundred.
const firstFlushMs = 40
const slowFlushMs = 600
const manyRows = 4_000

interface Listing {
  readonly id: ListingId
  readonly rows: Map<string, Entry>
  /** True if rows are shown while the listing is running; false for a refresh. */
  readonly live: boolean
  readonly port: Disposable
  timer: number | undefined
}

export interface FilePanesParts {
  readonly api: Api
  readonly ports: Ports
  readonly onProblem: (error: unknown) => void
  /** The user moved a pane from one folder to another. */
  readonly onWent: (paneId: string, from: string, to: string) => void
}

/** Navigates panes and lists their folders. Owns the running listings. */
export class FilePanes implements Disposable {
  readonly #api: Api
  readonly #ports: Ports
  readonly #listings = new Map<string, Listing>()
  readonly #restored = new Set<string>()
  readonly #onProblem: (error: unknown) => void
  readonly #onWent: FilePanesParts['onWent']

  constructor({ api, ports, onProblem, onWent }: FilePanesParts) {
    this.#api = api
    this.#ports = ports
    this.#onProblem = onProblem
    this.#onWent = onWent
  }

  /** Restored panes connect in the background, since the user didn't just ask for them. */
  expectRestored(ids: readonly string[]): void {
    for (const id of ids) this.#restored.add(id)
  }

  /** Makes a pane show its tab's location. */
  show({ id, side, path }: FileTab): void {
    const pane = useFiles.getState().panes[id]
    if (pane && sideText(pane.side) === sideText(side)) return
    this.#stop(id)
    useFiles.setState(state => ({ panes: { ...state.panes, [id]: newPane(side, path) } }))
    void this.#reach(id, { side, path }, this.#restored.delete(id) ? 'background' : 'person')
  }

  /** Reconnects after a lost or failed connection. */
  again(id: string): void {
    const pane = paneOf(id)
    if (!pane) return
    changePane(id, { status: 'loading', error: null })
    void this.#reach(id, pane, 'person')
  }

  /** Goes to a folder; with `lead`, a synced pane follows. */
  go(id: string, path: string, lead = true): void {
    const pane = paneOf(id)
    if (!pane || path === pane.path) return void (pane && this.refresh(id))
    if (lead && pane.path !== null) this.#onWent(id, pane.path, path)
    const back = pane.path === null ? pane.back : [...pane.back, pane.path].slice(-historyLength)
    this.#open(id, path, { back, forward: [] })
  }

  /** Goes to a typed path: `~`, relative or absolute. The path of a file opens its folder. Errors: `not-found`. */
  async goTyped(id: string, typed: string): Promise<void> {
    const pane = paneOf(id)
    if (!pane) return
    // A path typed before the connection is up becomes the first folder to open.
    if (!pane.info) {
      const isAbsolute = /^(\/|[A-Za-z]:[\\/])/.test(typed.trim())
      if (isAbsolute) changePane(id, { path: resolvePath(typed.trim(), { home: '/', from: '/' }) })
      return pane.status === 'failed' ? this.again(id) : undefined
    }
    const path = resolvePath(typed.trim(), { home: pane.info.home, from: pane.path ?? pane.info.home })
    const info = await this.#api.files.info({ place: { side: pane.side, path } })
    // The pane has moved on in the meantime, so the typed path no longer applies.
    const now = paneOf(id)
    if (now?.path !== pane.path || sideText(now.side) !== sideText(pane.side)) return
    if (!info) throw new AppError('not-found', `${path} doesn’t exist.`)
    if (info.kind === 'folder') return this.go(id, path)
    this.go(id, parentOf(path))
    changePane(id, { selection: { selected: new Set([nameOf(path)]), cursor: nameOf(path), anchor: nameOf(path) } })
  }

  up(id: string): void {
    const pane = paneOf(id)
    if (pane?.path == null || parentOf(pane.path) === pane.path) return
    const from = nameOf(pane.path)
    this.go(id, parentOf(pane.path))
    changePane(id, { selection: { selected: new Set([from]), cursor: from, anchor: from } })
  }

  step(id: string, direction: 'back' | 'forward'): void {
    const pane = paneOf(id)
    const to = pane?.[direction].at(-1)
    if (!pane || to === undefined || pane.path === null) return
    this.#onWent(id, pane.path, to)
    const rest = pane[direction].slice(0, -1)
    const other = direction === 'back' ? [...pane.forward, pane.path] : [...pane.back, pane.path]
    this.#open(id, to, direction === 'back' ? { back: rest, forward: other } : { back: other, forward: rest })
  }

  /** Lists the folder again; the old rows stay until that is finished. */
  refresh(id: string, asker: AskedBy = 'person'): void {
    const pane = paneOf(id)
    if (!pane) return
    if (pane.status === 'failed' || pane.path === null) return this.again(id)
    this.#list(id, pane.path, { live: false, asker })
  }

  /** Refreshes every pane that shows a folder. */
  refreshShowing(side: Side, path: string): void {
    for (const [id, pane] of Object.entries(useFiles.getState().panes))
      if (pane.path === path && pane.status === 'ready' && sideText(pane.side) === sideText(side))
        this.refresh(id, 'background')
  }

  /** Forgets a pane whose tab was closed. */
  drop(id: string): void {
    this.#stop(id)
    useFiles.setState(state => {
      const { [id]: _gone, ...panes } = state.panes
      return { panes }
    })
  }

  dispose(): void {
    for (const id of [...this.#listings.keys()]) this.#stop(id)
  }

  async #reach(id: string, { side, path }: Pick<PaneState, 'side' | 'path'>, asker: AskedBy): Promise<void> {
    try {
      const info = await this.#api.files.reach({ side, asker })
      const pane = paneOf(id)
      if (!pane || sideText(pane.side) !== sideText(side)) return
      changePane(id, { info })
      const start = pane.path ?? path
      this.#open(id, start ?? info.home, {})
      if (start !== null) await this.#leaveFile(id, side, start)
    } catch (error) {
      const pane = paneOf(id)
      if (pane && sideText(pane.side) === sideText(side))
        changePane(id, { status: 'failed', error: toWireError(error) })
    }
  }

  /** If a location turns out to be a file, shows its folder with the file selected. */
  async #leaveFile(id: string, side: Side, path: string): Promise<void> {
    const info = await this.#api.files.info({ place: { side, path } }).catch(() => null)
    if (info?.kind !== 'file' || !isAt(id, side, path)) return
    this.#open(id, parentOf(path), {})
    changePane(id, { selection: { selected: new Set([nameOf(path)]), cursor: nameOf(path), anchor: nameOf(path) } })
  }

  #open(id: string, path: string, change: Partial<PaneState>): void {
    const pane = paneOf(id)
    if (!pane) return
    changePane(id, {
      ...change,
      path,
      status: 'loading',
      error: null,
      entries: [],
      selection: noSelection,
      filter: '',
      filtering: false,
      renaming: null,
      sizes: {},
      marks: {},
    })
    setFilePath(id, path)
    this.#list(id, path, { live: true, asker: 'person' })
    void this.#api.files
      .space({ place: { side: pane.side, path } })
      .catch(() => null)
      .then(space => (isAt(id, pane.side, path) ? changePane(id, { space }) : undefined))
  }

  #list(id: string, path: string, { live, asker }: { readonly live: boolean; readonly asker: AskedBy }): void {
    const pane = paneOf(id)
    if (!pane) return
    this.#stop(id)
    const listingId = crypto.randomUUID() as ListingId
    const take = (port: MessagePort) => {
      port.onmessage = event => this.#take(id, listing, event.data as FromListing)
    }
    const listing: Listing = {
      id: listingId,
      rows: new Map(),
      live,
      port: this.#ports.expect(listingId, take),
      timer: undefined,
    }
    this.#listings.set(id, listing)
    void this.#api.files
      .list({ id: listingId, place: { side: pane.side, path }, asker })
      .catch(error => this.#take(id, listing, { error: toWireError(error) }))
  }

  #take(id: string, listing: Listing, message: FromListing): void {
    if (this.#listings.get(id) !== listing) return
    if ('entries' in message) {
      for (const entry of message.entries) listing.rows.set(entry.name, entry)
      const wait = listing.rows.size > manyRows ? slowFlushMs : firstFlushMs
      if (listing.live) listing.timer ??= window.setTimeout(() => this.#flush(id, listing), wait)
    } else if ('done' in message) {
      this.#flush(id, listing)
      this.#stop(id)
      const names = new Set(listing.rows.keys())
      const selection = keepNames(names, paneOf(id)?.selection ?? noSelection)
      changePane(id, { status: 'ready', error: null, selection, marks: {} })
    } else {
      this.#stop(id)
      changePane(id, { status: 'failed', error: message.error })
    }
  }

  #flush(id: string, listing: Listing): void {
    clearTimeout(listing.timer)
    listing.timer = undefined
    changePane(id, { entries: [...listing.rows.values()] })
  }

  #stop(id: string): void {
    const listing = this.#listings.get(id)
    if (!listing) return
    this.#listings.delete(id)
    clearTimeout(listing.timer)
    listing.port.dispose()
    void this.#api.files.stopListing({ id: listing.id }).catch(this.#onProblem)
  }
}

function isAt(id: string, side: Side, path: string): boolean {
  const pane = paneOf(id)
  return pane?.path === path && sideText(pane.side) === sideText(side)
}

/** The current state of a pane. */
export function paneOf(id: string): PaneState | undefined {
  return useFiles.getState().panes[id]
}

/** The paths of names in a pane's folder. */
export function pathsOf(pane: PaneState, names: readonly string[]): string[] {
  return pane.path === null ? [] : names.map(name => joinPath(pane.path as string, name))
}

/** The selected names of a pane, or the name at the cursor if none is selected. */
export function chosen({ selection, entries }: PaneState): readonly string[] {
  if (selection.selected.size > 0) {
    return entries.flatMap(({ name }) => (selection.selected.has(name) ? [name] : []))
  }
  return selection.cursor === null ? [] : [selection.cursor]
}

/** Drops panes whose tabs were closed. */
export function followTabs(panes: FilePanes, tabIds: () => ReadonlySet<string>): Disposable {
  const prune = () => {
    const open = tabIds()
    for (const id of Object.keys(useFiles.getState().panes)) if (!open.has(id)) panes.drop(id)
  }
  return toDisposable(useWorkspace.subscribe(prune))
}
