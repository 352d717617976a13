import { joinPath, nameOf, parentOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Entry, Place, Side, TaskId } from '../../../shared/contract/files.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import type { TransferOptions } from '../../../shared/contract/transfers.ts'
import type { DraggedFiles } from '../../ui/file-drag.ts'
import { chosen, pathsOf, paneOf, type FilePanes } from './file-panes.ts'
import { changePane, openDialog, useFiles, type PaneState } from './files-state.ts'
import { isFolder } from './rows.ts'
import { sideText } from '../../mirrors/sides.ts'

export interface FileActionParts {
  readonly api: Api
  readonly panes: FilePanes
  readonly onProblem: (error: unknown) => void
  readonly showNotice: (text: string, action?: { label: string; run: () => void }) => void
  readonly copyText: (text: string) => void
  readonly openTerminal: (target: Target, folder: string) => void
  /** The user's transfer settings. */
  readonly options: () => Partial<Pick<TransferOptions, 'links' | 'verify'>>
  /** `user@address` and port of a side, for scp and rsync commands; null for this computer. */
  readonly addressOf: (side: Side) => { readonly login: string; readonly port: number | null } | null
}

const thisComputer: Side = { target: { kind: 'local' }, root: false }

/** The actions on the files of a pane. */
export class FileActions {
  readonly parts: FileActionParts

  constructor(parts: FileActionParts) {
    this.parts = parts
  }

  /** Opens a folder, or previews a file. */
  open(id: string, entry: Entry): void {
    const pane = paneOf(id)
    if (pane?.path == null) return
    if (isFolder(entry)) this.parts.panes.go(id, joinPath(pane.path, entry.name))
    else openDialog({ kind: 'preview', paneId: id, name: entry.name })
  }

  edit(id: string): void {
    const [name] = chosenOf(id)
    if (name !== undefined) openDialog({ kind: 'edit', paneId: id, name })
  }

  /** Opens a file in an external editor and uploads it whenever it is saved. */
  editOutside(id: string, name: string): void {
    this.parts.showNotice(`Opening ${shownName(name)}. Saved changes are uploaded automatically.`)
    this.#reportFailure(this.parts.api.edits.open({ place: this.#place(id, name) }))
  }

  preview(id: string): void {
    const [name] = chosenOf(id)
    if (name !== undefined) openDialog({ kind: 'preview', paneId: id, name })
  }

  /** Copies or moves the selection of one pane to the folder of another. */
  transfer(from: string, to: string, move: boolean): void {
    const [source, target] = [paneOf(from), paneOf(to)]
    if (!source || target?.path == null) return
    this.drop(
      { side: source.side, paths: pathsOf(source, chosen(source)) },
      { side: target.side, path: target.path },
      move,
    )
  }

  /** Copies or moves files into a folder. */
  drop({ side, paths }: DraggedFiles, to: Place, move = false): void {
    if (paths.length === 0) return
    // Moving files to the folder they are in does nothing.
    if (move && paths.every(path => parentOf(path) === to.path) && sideText(side) === sideText(to.side)) return
    const options = { ...this.parts.options(), move }
    this.#reportFailure(this.parts.api.transfers.enqueue({ from: { side, paths: [...paths] }, to, options }))
  }

  /** Starts a system drag. Remote files must be downloaded first. */
  readonly dragOut = ({ side, paths }: DraggedFiles): void => {
    if (side.target.kind === 'local') return this.#reportFailure(this.parts.api.app.dragOut({ paths: [...paths] }))
    this.parts.showNotice(
      'To drag remote files to another app, download them first. Right-click them and choose “Download to…”.',
    )
  }

  /** Downloads the selection to a local folder that the user chooses. */
  async saveTo(id: string): Promise<void> {
    const pane = paneOf(id)
    if (!pane) return
    const paths = pathsOf(pane, chosen(pane))
    const folder = await this.parts.api.app.chooseFolder({ title: `Download ${countText(paths.length)} to` })
    if (folder !== null) this.drop({ side: pane.side, paths }, { side: thisComputer, path: folder })
  }

  remember(id: string, cut: boolean): void {
    const pane = paneOf(id)
    if (!pane) return
    const paths = pathsOf(pane, chosen(pane))
    if (paths.length === 0) return
    useFiles.setState({ clipboard: { side: pane.side, paths, cut } })
    this.parts.copyText(paths.map(shownName).join('\n'))
    this.parts.showNotice(
      `${countText(paths.length)} ${cut ? 'cut' : 'copied'}. Paste ${paths.length === 1 ? 'it' : 'them'} into another folder.`,
    )
  }

  async paste(id: string): Promise<void> {
    const pane = paneOf(id)
    if (pane?.path == null) return
    const { clipboard } = useFiles.getState()
    const systemFiles = await this.parts.api.app.copiedFiles().catch(() => [])
    const to = { side: pane.side, path: pane.path }
    if (systemFiles.length > 0) return this.drop({ side: thisComputer, paths: systemFiles }, to)
    if (!clipboard) return
    this.drop(clipboard, to, clipboard.cut)
    if (clipboard.cut) useFiles.setState({ clipboard: null })
  }

  duplicate(id: string): void {
    const pane = paneOf(id)
    if (pane?.path == null) return
    this.drop({ side: pane.side, paths: pathsOf(pane, chosen(pane)) }, { side: pane.side, path: pane.path })
  }

  async make(
    id: string,
    kind: 'new-folder' | 'new-file' | 'new-link',
    { name, target }: { name: string; target: string },
  ) {
    const place = this.#place(id, name)
    const { files } = this.parts.api
    if (kind === 'new-folder') await files.makeFolder({ place })
    else if (kind === 'new-file') await files.makeFile({ place })
    else await files.makeLink({ place, target })
    this.parts.panes.refresh(id)
    changePane(id, { selection: { selected: new Set([name]), cursor: name, anchor: name } })
  }

  beginRename(id: string): void {
    const [name, ...others] = chosenOf(id)
    if (name !== undefined && others.length === 0) changePane(id, { renaming: name })
  }

  rename(id: string, from: string, to: string): void {
    changePane(id, { renaming: null })
    if (to === '' || to === from) return
    const renamed = this.parts.api.files.rename({ place: this.#place(id, from), name: to }).then(() => {
      this.parts.panes.refresh(id)
      changePane(id, { selection: { selected: new Set([to]), cursor: to, anchor: to } })
    })
    this.#reportFailure(renamed)
  }

  async remove(side: Side, paths: readonly string[], task: TaskId): Promise<void> {
    const [first = '/'] = paths
    await this.parts.api.files
      .remove({ side, paths: [...paths], task })
      .finally(() => this.parts.panes.refreshShowing(side, parentOf(first)))
    if (side.target.kind === 'local') this.parts.showNotice(`${countText(paths.length)} moved to Trash.`)
  }

  /** Calculates the sizes of the selected folders. */
  async countSizes(id: string): Promise<void> {
    const pane = paneOf(id)
    if (!pane) return
    const wanted = new Set(chosen(pane))
    const folders = pane.entries.filter(entry => entry.kind === 'folder' && wanted.has(entry.name))
    for (const { name } of folders) {
      const { bytes } = await this.parts.api.files.count({ side: pane.side, paths: pathsOf(pane, [name]) })
      const now = paneOf(id)
      if (now?.path === pane.path) changePane(id, { sizes: { ...now?.sizes, [name]: bytes } })
    }
  }

  copyPaths(id: string): void {
    const pane = paneOf(id)
    if (pane) this.parts.copyText(pathsOf(pane, chosen(pane)).map(shownName).join('\n'))
  }

  /** Copies a command that downloads the selected files. */
  copyCommand(id: string, program: 'scp' | 'rsync'): void {
    const pane = paneOf(id)
    if (!pane) return
    const request = { kind: 'copy' as const, program, paths: [...pathsOf(pane, chosen(pane))] }
    const copied = this.parts.api.terminals
      .lineFor({ target: { kind: 'local' }, request: { ...request, from: this.parts.addressOf(pane.side) } })
      .then(line => {
        this.parts.copyText(line)
        this.parts.showNotice(`Copied the ${program} command.`)
      })
    this.#reportFailure(copied)
  }

  async compress(side: Side, paths: readonly string[], archive: string): Promise<void> {
    const [first = '/'] = paths
    await this.parts.api.files.compress({ side, paths: [...paths], name: archive })
    this.parts.panes.refreshShowing(side, parentOf(first))
  }

  extract(id: string, name: string): void {
    const work = this.parts.api.files.extract({ place: this.#place(id, name) })
    this.parts.showNotice(`Extracting ${shownName(name)}…`)
    this.#reportFailure(work.then(() => this.parts.panes.refresh(id)))
  }

  openTerminal(id: string): void {
    const pane = paneOf(id)
    if (pane?.path != null) this.parts.openTerminal(pane.side.target, pane.path)
  }

  #place(id: string, name: string): Place {
    const pane = paneOf(id) as PaneState
    return { side: pane.side, path: joinPath(pane.path ?? '/', name) }
  }

  #reportFailure(work: Promise<unknown>): void {
    void work.catch(this.parts.onProblem)
  }
}

/** Formats a count as `1 item` or `3 items`. */
export function countText(count: number): string {
  return count === 1 ? '1 item' : `${count.toLocaleString()} items`
}

/** True if the name is that of an archive that can be extracted. */
export function isArchive(name: string): boolean {
  return /\.(tar|tgz|tar\.gz|tbz2?|tar\.bz2|txz|tar\.xz|zip)$/i.test(name)
}

/** The default name for an archive of these files. */
export function archiveName(names: readonly string[], folder: string): string {
  const base = names.length === 1 ? (names[0] as string) : nameOf(folder) || 'files'
  return `${base}.tar.gz`
}

function chosenOf(id: string): readonly string[] {
  const pane = paneOf(id)
  return pane ? chosen(pane) : []
}
