import { serverLine } from '../../../shared/base/server-text.ts'
import { Button } from '../../ui/button.tsx'
import { sizeOf } from './clipboard-gate.ts'
import css from './terminal-pane.module.css'
import type { Terminals } from './terminals.ts'
import { useTerminals } from './terminals-state.ts'

const shownCharacters = 160

interface ClipboardQuestionProps {
  readonly paneId: string
  readonly label: string
  readonly terminals: Terminals
}

/**
 * Asks in the pane whether the programs of a target may put text on the clipboard. It doesn't take the focus: typing must
 * not answer it.
 */
export function ClipboardQuestion({ paneId, label, terminals }: ClipboardQuestionProps) {
  const question = useTerminals(state => state.clipboard[paneId])
  if (!question) return null
  const answer = (allow: boolean | null) => terminals.answerClipboard(paneId, allow)
  return (
    <div className={css['question']} role="group" aria-label={`Clipboard request from ${label}`}>
      <div className={css['status']} role="status">
        <p>
          A program on {label} wants to copy {sizeOf(question.text)} to the clipboard. Your answer is saved for this
          host.
        </p>
        <Button small onClick={() => answer(null)}>
          Not now
        </Button>
        <Button small onClick={() => answer(false)}>
          Block
        </Button>
        <Button small look="primary" onClick={() => answer(true)}>
          Allow
        </Button>
      </div>
      <div className={css['preview']} tabIndex={0} role="group" aria-label="Text to copy">
        {serverLine(question.text.slice(0, 4 * shownCharacters), shownCharacters).fromServer}
      </div>
    </div>
  )
}
