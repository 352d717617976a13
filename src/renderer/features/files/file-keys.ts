import type { KeyboardEvent } from 'react'

import { chosen, paneOf, type FilePanes } from './file-panes.ts'
import type { FileActions } from './file-actions.ts'
import { changePane, openDialog, useFiles } from './files-state.ts'
import { moveCursor, noSelection, selectAll, toggleAndStep } from './selection.ts'

export interface KeyContext {
  readonly paneId: string
  /** The names of the rows, in order. */
  readonly names: readonly string[]
  readonly rowsInSight: number
}

export interface FileKeyParts {
  readonly panes: FilePanes
  readonly actions: FileActions
  /** The other pane of the tab. */
  readonly otherOf: (paneId: string) => string | null
  readonly focus: (paneId: string) => boolean
  readonly toggleHidden: () => void
}

/** Keyboard shortcuts in a list of files. */
export class FileKeys {
  readonly #parts: FileKeyParts

  constructor(parts: FileKeyParts) {
    this.#parts = parts
  }

  /** Returns true if the key was handled. */
  handle(event: KeyboardEvent, context: KeyContext): boolean {
    if (event.target !== event.currentTarget) return false
    const mod = event.ctrlKey || event.metaKey
    if (event.altKey) return this.#withAlt(event, context)
    if (mod && !event.shiftKey) return this.#withMod(event, context)
    if (mod) return false
    return this.#move(event, context) || this.#act(event, context) || this.#type(event, context)
  }

  #withAlt({ key }: KeyboardEvent, { paneId }: KeyContext): boolean {
    const { panes } = this.#parts
    if (key === 'ArrowLeft') panes.step(paneId, 'back')
    else if (key === 'ArrowRight') panes.step(paneId, 'forward')
    else if (key === 'ArrowUp') panes.up(paneId)
    else if (key === 'Enter') this.#properties(paneId)
    else return false
    return true
  }

  #withMod({ key }: KeyboardEvent, { paneId, names }: KeyContext): boolean {
    const { panes, actions, toggleHidden } = this.#parts
    const pane = paneOf(paneId)
    if (!pane) return false
    switch (key.toLowerCase()) {
      case 'a':
        changePane(paneId, { selection: selectAll({ names, selection: pane.selection }) })
        return true
      case 'c':
      case 'x':
        actions.remember(paneId, key.toLowerCase() === 'x')
        return true
      case 'v':
        void actions.paste(paneId)
        return true
      case 'f':
        changePane(paneId, { filtering: true })
        return true
      case 'h':
        toggleHidden()
        return true
      case 'r':
        panes.refresh(paneId)
        return true
      case 'd':
        actions.duplicate(paneId)
        return true
      case 'l':
        document.querySelector<HTMLElement>(`[data-path-of="${paneId}"]`)?.focus()
        return true
      default:
        return false
    }
  }

  #move({ key, shiftKey }: KeyboardEvent, { paneId, names, rowsInSight }: KeyContext): boolean {
    const pane = paneOf(paneId)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: Math.max(1, rowsInSight - 1),
      PageUp: -Math.max(1, rowsInSight - 1),
      Home: -names.length,
      End: names.length,
    }
    const step = steps[key]
    if (!pane || step === undefined) return false
    changePane(paneId, { selection: moveCursor({ names, selection: pane.selection }, step, shiftKey) })
    return true
  }

  #act({ key, shiftKey }: KeyboardEvent, { paneId, names }: KeyContext): boolean {
    const { panes, actions, otherOf, focus } = this.#parts
    const pane = paneOf(paneId)
    if (!pane) return false
    const other = otherOf(paneId)
    switch (key) {
      case 'Enter': {
        const entry = pane.entries.find(each => each.name === pane.selection.cursor)
        if (entry) actions.open(paneId, entry)
        return true
      }
      case 'Backspace':
        panes.up(paneId)
        return true
      case ' ':
        changePane(paneId, { selection: toggleAndStep({ names, selection: pane.selection }) })
        return true
      case 'Tab':
        if (shiftKey || other === null) return false
        return focus(other)
      case 'F2':
        actions.beginRename(paneId)
        return true
      case 'F3':
        actions.preview(paneId)
        return true
      case 'F4':
        actions.edit(paneId)
        return true
      case 'F5':
      case 'F6':
        if (other !== null) actions.transfer(paneId, other, key === 'F6')
        return true
      case 'F7':
        openDialog({ kind: shiftKey ? 'new-file' : 'new-folder', paneId })
        return true
      case 'F8':
      case 'Delete':
        if (chosen(pane).length > 0) openDialog({ kind: 'delete', paneId, names: chosen(pane) })
        return true
      case 'Escape':
        changePane(paneId, { selection: noSelection, filter: '', filtering: false })
        return useFiles.getState().dialog === null
      default:
        return false
    }
  }

  // Typing letters filters the list.
  #type({ key }: KeyboardEvent, { paneId }: KeyContext): boolean {
    if (key.length !== 1) return false
    const pane = paneOf(paneId)
    changePane(paneId, { filtering: true, filter: (pane?.filter ?? '') + key })
    return true
  }

  #properties(paneId: string): void {
    const pane = paneOf(paneId)
    if (pane && chosen(pane).length > 0) openDialog({ kind: 'properties', paneId, names: chosen(pane) })
  }
}
