import { create } from 'zustand'

import type { WireError } from '../../../shared/base/errors.ts'
import type { Entry, Side, SideInfo, Space } from '../../../shared/contract/files.ts'
import { noSelection, type Selection } from './selection.ts'
import type { Sort } from './rows.ts'

/** The state of one tab in a file pane. */
export interface PaneState {
  readonly status: 'loading' | 'ready' | 'failed'
  readonly error: WireError | null
  readonly side: Side
  /** The current folder; null until the home folder is known. */
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
  /** Calculated folder sizes, by name. */
  readonly sizes: Readonly<Record<string, number>>
  /** How each name compares with the other pane; empty if nothing was compared. */
  readonly marks: Readonly<Record<string, Mark>>
}

/** How a row compares with the other pane. */
export type Mark = 'only-here' | 'newer' | 'older' | 'different' | 'same'

/** Files that were copied or cut. */
export interface FileClipboard {
  readonly side: Side
  readonly paths: readonly string[]
  readonly cut: boolean
}

interface FilesState {
  /** Panes by tab id. */
  readonly panes: Readonly<Record<string, PaneState>>
  readonly clipboard: FileClipboard | null
  readonly dialog: FilesDialog | null
  /** Tabs whose two panes navigate together, by tab id. */
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

/** The initial state of a pane. */
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
