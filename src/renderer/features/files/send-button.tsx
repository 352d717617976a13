import { SendHorizontal } from 'lucide-react'
import { EditorView } from '@codemirror/view'
import { useRef, useState } from 'react'

import { Button } from '../../ui/button.tsx'
import { shownShortcut } from '../../ui/shortcut.ts'
import type { FilesParts } from './files-view.tsx'
import { sentFrom } from './code-send.ts'

interface SendButtonProps {
  readonly sender: FilesParts['sender']
  /** With nothing selected the line of the cursor goes. */
  readonly line?: boolean
}

/** Sends what is selected in the dialog to the terminal that was used last. */
export function SendButton({ sender, line = false }: SendButtonProps) {
  const button = useRef<HTMLButtonElement>(null)
  const name = sender.useName()
  const count = sender.useCount()
  const [before] = useState(count)
  if (name === null) return null
  const what = line ? 'line or selection' : 'selection'
  return (
    <>
      <Button
        ref={button}
        title={
          line
            ? `${shownShortcut('Ctrl+Enter')} sends the line or the selection, ${shownShortcut('Shift+Enter')} the cell between two lines of # %%`
            : `Sends what is selected to ${name}`
        }
        // The press must not take the selection away.
        onMouseDown={event => event.preventDefault()}
        onClick={() => sender.send(selectedIn(button.current?.closest('[role=dialog]'), line))}
      >
        <SendHorizontal size={14} aria-hidden="true" /> Send {what} to {name}
      </Button>
      {/* The terminal itself is behind the dialog. */}
      <span role="status">{count > before ? `Sent ${count - before}` : ''}</span>
    </>
  )
}

// An editor draws only the lines in sight: it knows better than the page what is selected.
function selectedIn(dialog: Element | null | undefined, line: boolean): string {
  const content = dialog?.querySelector<HTMLElement>('.cm-content')
  const view = content ? EditorView.findFromDOM(content) : null
  if (view && (line || !view.state.selection.main.empty)) return sentFrom(view.state, 'line').text
  const chosen = window.getSelection()
  const inside = chosen?.anchorNode && dialog?.contains(chosen.anchorNode)
  return inside ? chosen.toString() : ''
}
