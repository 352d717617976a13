import { SendHorizontal } from 'lucide-react'
import { EditorView } from '@codemirror/view'
import { useRef, useState } from 'react'

import { Button } from '../../ui/button.tsx'
import { shownShortcut } from '../../ui/shortcut.ts'
import type { FilesParts } from './files-parts.ts'
import { sentFrom } from './code-send.ts'

interface SendButtonProps {
  readonly sender: FilesParts['sender']
  /** Sends the current line if nothing is selected. */
  readonly line?: boolean
}

/** Sends the dialog's selection to the most recently used terminal. */
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
            ? `Send the line or selection (${shownShortcut('Ctrl+Enter')}), or the # %% cell (${shownShortcut('Shift+Enter')})`
            : `Send the selection to ${name}`
        }
        // A press must not clear the selection.
        onMouseDown={event => event.preventDefault()}
        onClick={() => sender.send(selectedIn(button.current?.closest('[role=dialog]'), line))}
      >
        <SendHorizontal size={14} aria-hidden="true" /> Send {what} to {name}
      </Button>
      {/* The dialog covers the terminal, so the status confirms that text was sent. */}
      <span role="status">{sentText(count - before)}</span>
    </>
  )
}

function sentText(count: number): string {
  if (count <= 0) return ''
  return count === 1 ? 'Sent' : `Sent ${count} times`
}

// An editor renders only visible lines, so it knows the selection better than the page does.
function selectedIn(dialog: Element | null | undefined, line: boolean): string {
  const content = dialog?.querySelector<HTMLElement>('.cm-content')
  const view = content ? EditorView.findFromDOM(content) : null
  if (view && (line || !view.state.selection.main.empty)) return sentFrom(view.state, 'line').text
  const chosen = window.getSelection()
  const inside = chosen?.anchorNode && dialog?.contains(chosen.anchorNode)
  return inside ? chosen.toString() : ''
}
