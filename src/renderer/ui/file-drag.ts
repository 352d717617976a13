import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { dropTargetForExternal } from '@atlaskit/pragmatic-drag-and-drop/external/adapter'
import { containsFiles, getFiles } from '@atlaskit/pragmatic-drag-and-drop/external/file'

import { side as sideSchema, type Side } from '../../shared/contract/files.ts'
import { dragSource } from './drag-source.ts'

/** Dragged files, all from one side. */
export interface DraggedFiles {
  readonly side: Side
  readonly paths: readonly string[]
}

/** Makes an element drag files; `get` returns them when the drag begins. */
export function dragFiles(
  element: HTMLElement,
  parts: {
    readonly get: () => DraggedFiles
    readonly text: () => string
    /** Called if Alt is held, which drags the files to another app. */
    readonly dragOut: (files: DraggedFiles) => void
  },
): () => void {
  const out = (event: DragEvent) => {
    if (!event.altKey) return
    event.preventDefault()
    event.stopImmediatePropagation()
    parts.dragOut(parts.get())
  }
  element.addEventListener('dragstart', out)
  const inside = dragSource(element, {
    data: () => ({ kind: 'files', ...parts.get() }),
    label: parts.text,
    canDrag: ({ altKey }) => !altKey,
  })
  return () => {
    element.removeEventListener('dragstart', out)
    inside()
  }
}

/** Lets files from panes and from the desktop be dropped on an element. */
export function acceptFiles(
  element: HTMLElement,
  parts: {
    readonly onOver: (count: number | null) => void
    readonly onDrop: (files: DraggedFiles, move: boolean) => void
    readonly pathOf: (file: File) => string
    readonly onProblem: (error: unknown) => void
    /** Returns false for files that can't be dropped, such as a folder onto itself. */
    readonly takes?: (files: DraggedFiles) => boolean
  },
): () => void {
  let move = false
  return combine(
    dropTargetForElements({
      element,
      canDrop: ({ source }) => {
        const dragged = readDragged(source.data)
        return dragged !== null && (parts.takes?.(dragged) ?? true)
      },
      getIsSticky: () => false,
      onDrag: ({ location, self }) => {
        move = location.current.input.shiftKey
        if (location.current.dropTargets[0]?.element !== self.element) parts.onOver(null)
      },
      onDragEnter: ({ source, location, self }) => {
        const { paths } = source.data as { paths?: unknown }
        if (location.current.dropTargets[0]?.element === self.element)
          parts.onOver(Array.isArray(paths) ? paths.length : 1)
      },
      onDragLeave: () => parts.onOver(null),
      onDrop: ({ source, location, self }) => {
        parts.onOver(null)
        // A folder's row is inside its pane: only the innermost target handles the drop.
        if (location.current.dropTargets[0]?.element !== self.element) return
        const dragged = readDragged(source.data)
        if (dragged) parts.onDrop(dragged, move)
      },
    }),
    dropTargetForExternal({
      element,
      canDrop: containsFiles,
      onDragEnter: ({ source }) => parts.onOver(source.items.length || 1),
      onDragLeave: () => parts.onOver(null),
      onDrop: ({ source, location, self }) => {
        parts.onOver(null)
        if (location.current.dropTargets[0]?.element !== self.element) return
        const paths = getFiles({ source })
          .map(parts.pathOf)
          .filter(path => path !== '')
        if (paths.length > 0) parts.onDrop({ side: { target: { kind: 'local' }, root: false }, paths }, false)
        else parts.onProblem(new Error('The dropped item is not a file on this computer. Save it first.'))
      },
    }),
  )
}

/** The files of a drag; null for other drags. */
function readDragged(data: Record<string | symbol, unknown>): DraggedFiles | null {
  const { kind, paths } = data
  const side = sideSchema.safeParse(data['side'])
  if (kind !== 'files' || !side.success || !Array.isArray(paths)) return null
  return { side: side.data, paths: paths.filter(path => typeof path === 'string') }
}
