import { create } from 'zustand'

import type { WireError } from '../../../shared/base/errors.ts'
import type { Entry, Side, SideInfo, Space } from '../../../shared/contract/files.ts'
import { noSelection, type Selection } from './selection.ts'
import type { Sort } from './rows.ts'

/** What one tab of a file pane shows. */
export interface PaneState {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error: WireError | null
  readonly side: Side
  /** Where it is; null until the home folder is known. */
  readonly path: string | null
  readonly info: SideInfo | null
  readonly entries: readonly Entry[]
  readonly selection: Selection
  readonly sort: Sort
  readonly filter: string
  readonly filtering: boolean
  readonly renaming: string | null
  readonly back: readonly string[]
  readonly forward: readonly string[]
  readonly space: Space | null
  /** The sizes of folders that were counted, by name. */
  readonly sizes: Readonly<Record<string, number>>
  /** Names that differ from the other pane, and how; empty when nothing was compared. */
  readonly marks: Readonly<Record<string, Mark>>
}

/** How a row compares with the other pane. */
export type Mark = 'only-here' | 'newer' | 'older' | 'different' | 'same'

/** Files that were copied or cut, to be pasted elsewhere. */
export interface FileClipboard {
  readonly side: Side
  readonly paths: readonly string[]
  readonly cut: boolean
}

interface FilesState {
  /** By the id of a pane's tab. */
  readonly panes: Readonly<Record<string, PaneState>>
  readonly clipboard: FileClipboard | null
  readonly dialog: FilesDialog | null
  /** Both panes of a tab go to the same folders together. */
  readonly synced: Readonly<Record<string, boolean>>
}

/** The dialog that is open over the panes. */
export type FilesDialog =
  | { readonly kind: 'new-folder' | 'new-file' | 'new-link'; readonly paneId: string }
  | { readonly kind: 'delete'; readonly paneId: string; readonly names: readonly string[] }
  | { readonly kind: 'properties'; readonly paneId: string; readonly names: readonly string[] }
  | { readonly kind: 'compress'; readonly paneId: string; readonly names: readonly string[] }
  | { readonly kind: 'find'; readonly paneId: string }
  | { readonly kind: 'preview'; readonly paneId: string; readonly name: string }
  | { readonly kind: 'edit'; readonly paneId: string; readonly name: string }

export const useFiles = create<FilesState>()(() => ({
  panes: {},
  clipboard: null,
  dialog: null,
  synced: {},
}))

export function openDialog(dialog: FilesDialog | null): void {
  useFiles.setState({ dialog })
}

/** A pane that was not looked at yet. */
export function newPane(side: Side, path: string | null): PaneState {
  return {
    status: 'loading',
    error: null,
    side,
    path,
    info: null,
    entries: [],
    selection: noSelection,
    sort: { column: 'name', down: false },
    filter: '',
    filtering: false,
    renaming: null,
    back: [],
    forward: [],
    space: null,
    sizes: {},
    marks: {},
  }
}

export function changePane(id: string, change: Partial<PaneState>): void {
  useFiles.setState(state => {
    const old = state.panes[id]
    return old ? { panes: { ...state.panes, [id]: { ...old, ...change } } } : state
  })
}
