import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { pointerOutsideOfPreview } from '@atlaskit/pragmatic-drag-and-drop/element/pointer-outside-of-preview'
import { setCustomNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview'

import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import css from './drag-source.module.css'

export interface DragSource {
  /** The data for drop targets, read when the drag begins; `kind` identifies it. */
  readonly data: () => { readonly kind: string } & Record<string, unknown>
  /** The label of the drag image, such as "train.py" or "3 items". */
  readonly label: () => string
  /** Returns false to leave the gesture to other handlers. */
  readonly canDrag?: (input: { readonly altKey: boolean }) => boolean
}

const maxLabelLength = 60

/**
 * Makes an element draggable, with a small label as its drag image. All drags in the window start here: without a drag
 * image, Chromium renders the whole element, and one as large as a terminal crashed the renderer. Returns a cleanup function.
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

/** Adds the same label to Chromium's built-in drags: selected text, links and images. */
export function labelOtherDrags(window: Window): Disposable {
  const label = (event: DragEvent) => {
    const { dataTransfer, target } = event
    const ours = target instanceof Element && target.getAttribute('draggable') === 'true'
    if (ours || !dataTransfer) return
    const text = dataTransfer.getData('text/plain').trim().split('\n', 1)[0] ?? ''
    const drawn = drawLabel(text || (target instanceof HTMLImageElement && target.alt) || 'Selection')
    // Chromium paints the drag image after this event, and only if it is in the document.
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

/** Truncates text between grapheme clusters. */
function cut(text: string): string {
  const all = [...new Intl.Segmenter().segment(text.slice(0, 8 * maxLabelLength))]
  if (all.length <= maxLabelLength) return all.map(({ segment }) => segment).join('')
  const kept = all.slice(0, maxLabelLength - 1).map(({ segment }) => segment)
  return `${kept.join('')}…`
}
