import type { FileLocation } from './location-picker.tsx'
import { FilePanes } from './file-panes.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Column } from './rows.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import { FileActions } from './file-actions.ts'
import type { SizedColumn, Widths } from './file-grid-head.tsx'
import type { MenuItem } from '../../ui/menu.tsx'
import { FileKeys } from './file-keys.ts'
import type { FileTab } from '../../../shared/contract/workspace.ts'

/** The dependencies of the Files page, which the app provides. */
export interface FilesParts {
  readonly api: Api
  readonly panes: FilePanes
  readonly actions: FileActions
  readonly keys: FileKeys
  readonly locations: readonly FileLocation[]
  readonly columns: readonly Column[]
  readonly widths: Widths
  readonly setWidth: (column: SizedColumn, width: number | null) => void
  readonly hidden: boolean
  readonly toggleHidden: () => void
  readonly rowMenu: (paneId: string, names: readonly string[]) => readonly MenuItem[]
  readonly paneMenu: (tab: FileTab) => readonly MenuItem[]
  readonly pathOf: (file: File) => string
  readonly isDark: boolean
  /** Opens a link found in a file of `target`. */
  readonly openLink: (target: Target, address: string) => void
  /** Sends text to the most recently used terminal; its name is null if there is none. */
  readonly sender: { useName(): string | null; useCount(): number; send(text: string): void }
  readonly onProblem: (error: unknown) => void
}

/** Props that all dialogs of the Files page share. */
export interface DialogParts {
  readonly parts: FilesParts
  readonly paneId: string
  readonly close: () => void
}
