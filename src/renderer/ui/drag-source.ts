import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { pointerOutsideOfPreview } from '@atlaskit/pragmatic-drag-and-drop/element/pointer-outside-of-preview'
import { setCustomNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview'

import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
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
 * Lets an element be dragged, with a small label under the pointer. Whatever the window lets people drag begins here:
 * without an image of its own, Chromium draws the whole element, and one as large as a terminal ended the renderer.
 * Answers the way to undo it.
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

/** Gives the same label to what Chromium lets people drag by itself: selected text, links and pictures. */
export function labelOtherDrags(window: Window): Disposable {
  const label = (event: DragEvent) => {
    const { dataTransfer, target } = event
    const ours = target instanceof Element && target.getAttribute('draggable') === 'true'
    if (ours || !dataTransfer) return
    const text = dataTransfer.getData('text/plain').trim().split('\n', 1)[0] ?? ''
    const drawn = drawLabel(text || (target instanceof HTMLImageElement && target.alt) || 'Selection')
    // Chromium paints it after this event, and only what is in the page.
    drawn.style.cssText = 'position:fixed;top:-100px;left:0'
    document.body.append(drawn)
    dataTransfer.setDragImage(drawn, -12, -8)
    window.setTimeout(() => drawn.remove())
  }
  window.addEventListener('dragstart', label, true)
  return toDisposable(() => window.removeEventListener('dragstart', label, true))
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
