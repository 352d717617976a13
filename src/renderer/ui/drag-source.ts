import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { pointerOutsideOfPreview } from '@atlaskit/pragmatic-drag-and-drop/element/pointer-outside-of-preview'
import { setCustomNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview'

import css from './ui.module.css'

export interface DragSource {
  /** What the receiver reads when the drag begins; `kind` says which data it is. */
  readonly data: () => { readonly kind: string } & Record<string, unknown>
  /** Names what is dragged, with its number where there are several: "train.py" or "3 items". */
  readonly label: () => string
  /** False leaves the gesture to somebody else; always true when left out. */
  readonly canDrag?: (input: { readonly altKey: boolean }) => boolean
}

const longestLabel = 60

/**
 * Lets an element be dragged, with a small label under the pointer. Every drag in the window begins here: without an
 * image of its own, Chromium draws the whole element, and one as large as a terminal ended the renderer. Answers the
 * way to undo it.
 */
export function dragSource(element: HTMLElement, { data, label, canDrag }: DragSource): () => void {
  return draggable({
    element,
    ...(canDrag ? { canDrag: ({ input }) => canDrag(input) } : {}),
    getInitialData: data,
    onGenerateDragPreview: ({ nativeSetDragImage }) =>
      setCustomNativeDragPreview({
        nativeSetDragImage,
        getOffset: pointerOutsideOfPreview({ x: '12px', y: '8px' }),
        render: ({ container }) => container.append(drawLabel(label())),
      }),
  })
}

function drawLabel(text: string): HTMLElement {
  const drawn = document.createElement('div')
  drawn.className = css['dragLabel'] ?? ''
  drawn.textContent = cut(text)
  return drawn
}

/** Cuts between characters as people see them. */
function cut(text: string): string {
  const all = [...new Intl.Segmenter().segment(text.slice(0, 8 * longestLabel))]
  if (all.length <= longestLabel) return all.map(({ segment }) => segment).join('')
  const kept = all.slice(0, longestLabel - 1).map(({ segment }) => segment)
  return `${kept.join('')}…`
}
