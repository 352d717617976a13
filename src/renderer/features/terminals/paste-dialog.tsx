import { ClipboardPaste } from 'lucide-react'

import { Button } from '../../ui/button.tsx'
import { Actions, Dialog } from '../../ui/dialog.tsx'
import css from './terminal-pane.module.css'
import type { Terminals } from './terminals.ts'
import { useTerminals } from './terminals-state.ts'

const shownCharacters = 4_000

/** Asks before a multi-line paste whose lines would run immediately. */
export function PasteDialog({ terminals }: { readonly terminals: Terminals }) {
  const pasting = useTerminals(state => state.pasting)
  if (!pasting) return null
  const close = () => {
    useTerminals.setState({ pasting: null })
    terminals.focus(pasting.paneId)
  }
  const lines = pasting.text.trimEnd().split('\n').length
  return (
    <Dialog
      alert
      title={`Paste ${lines} lines?`}
      description="Each line runs immediately."
      badge={<ClipboardPaste size={18} />}
      tone="warn"
      onClose={close}
    >
      <div className={css['preview']} tabIndex={0} role="group" aria-label="Text to paste">
        {pasting.text.slice(0, shownCharacters)}
        {pasting.text.length > shownCharacters && '…'}
      </div>
      <Actions>
        <Button onClick={close}>Cancel</Button>
        <Button
          look="primary"
          onClick={() => {
            terminals.pasteText(pasting.paneId, pasting.text, { confirmed: true, run: pasting.run })
            close()
          }}
        >
          Paste
        </Button>
      </Actions>
    </Dialog>
  )
}
