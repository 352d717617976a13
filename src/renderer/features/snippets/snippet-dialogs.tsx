import { Trash2, TriangleAlert } from 'lucide-react'
import { Fragment, useMemo, useState } from 'react'

import { assertNever } from '../../../shared/base/assert-never.ts'
import { messageOf } from '../../../shared/base/errors.ts'
import { shownName, shownText } from '../../../shared/base/shown-name.ts'
import { parseTemplate, variablesIn } from '../../../shared/base/snippet-template.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Asking } from '../../../shared/contract/snippets.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import ui from '../../ui/text.module.css'
import type { Bunch } from './picker.tsx'
import { Preview, RunDialog, howText, type RunPlace } from './run-dialog.tsx'
import { SnippetForm, type PlaceChoices } from './snippet-form.tsx'
import css from './snippets.module.css'
import { openSnippetDialog, type Order, useSnippetsView } from './snippets-state.ts'
import { useSnippets } from '../../mirrors/snippets.ts'

interface SnippetDialogsProps {
  readonly api: Api
  readonly choices: PlaceChoices
  /** The places where a snippet may run, those of the terminals that it was started from first. */
  readonly placesOf: (order: Order) => readonly RunPlace[]
  readonly bunches: readonly Bunch[]
  readonly numberKeys: (number: number) => string
  readonly nameOf: (target: Target) => string
  /** Runs it, and reports errors as notices. */
  readonly start: (order: Order) => void
}

/** The open snippet dialog, over whatever page is shown. */
export function SnippetDialogs({ api, choices, placesOf, bunches, numberKeys, nameOf, start }: SnippetDialogsProps) {
  const dialog = useSnippetsView(state => state.dialog)
  const count = useSnippetsView(state => state.dialogs)
  const snippets = useSnippets(state => state.book.snippets)
  const order = dialog?.kind === 'run' ? dialog.order : null
  const places = useMemo(() => (order ? placesOf(order) : []), [order, placesOf])
  if (!dialog) return null
  // A call that ends late must not close a dialog that was opened in the meantime.
  const close = () => {
    if (useSnippetsView.getState().dialog === dialog) openSnippetDialog(null)
  }
  switch (dialog.kind) {
    case 'form':
      return (
        <SnippetForm
          key={count}
          snippet={dialog.snippet}
          draft={dialog.draft ?? {}}
          places={choices}
          packages={[...new Set(snippets.map(each => each.package))].filter(Boolean)}
          numberKeys={numberKeys}
          onSave={async snippet => {
            await api.snippets.save({ snippet })
            close()
          }}
          onClose={close}
        />
      )
    case 'run':
      return (
        <RunDialog
          key={count}
          api={api}
          order={dialog.order}
          asking={dialog.asking}
          places={places}
          bunches={bunches}
          onRun={async order => {
            await check(api, order)
            if (order.snippet.confirm) return openSnippetDialog({ kind: 'confirm', order, asking: dialog.asking })
            // A prompt from the host, or a terminal that opens, must not wait behind this dialog.
            close()
            start(order)
          }}
          onClose={close}
        />
      )
    case 'confirm':
      return (
        <Confirm
          key={count}
          api={api}
          order={dialog.order}
          asking={dialog.asking}
          nameOf={nameOf}
          start={start}
          close={close}
        />
      )
    case 'delete':
      return <Delete api={api} snippet={dialog.snippet} close={close} />
    default:
      return assertNever(dialog)
  }
}

/** Throws if a value is missing or can't be inserted, while the user can still change it. */
async function check(api: Api, { snippet, targets: [target], values, given }: Order): Promise<void> {
  if (target) await api.snippets.preview({ id: snippet.id, target, values, given })
}

interface ConfirmProps extends Pick<SnippetDialogsProps, 'api' | 'nameOf' | 'start'> {
  readonly order: Order
  readonly asking: Asking | null
  readonly close: () => void
}

const shownNames = 12

/** Asks before a snippet runs that is set to be confirmed. */
function Confirm({ api, order, asking, nameOf, start, close }: ConfirmProps) {
  const { snippet, targets } = order
  const names = targets.slice(0, shownNames).map(nameOf).join(', ')
  const on = targets.length > shownNames ? `${names} and ${targets.length - shownNames} more` : names
  const run = () => {
    close()
    start(order)
  }
  // Cancel goes back to the values, if any were asked for.
  const cancel = () => (asking ? openSnippetDialog({ kind: 'run', order, asking }) : close())
  return (
    <Dialog
      alert
      unasked={order.startsUp && asking === null}
      title={`Run ${snippet.name}?`}
      description={`On ${on}. ${howText(order)}`}
      badge={<TriangleAlert size={18} />}
      tone="warn"
      width={560}
      onClose={cancel}
    >
      <Values order={order} />
      <Preview api={api} order={order} />
      <Actions>
        <Grow />
        <Button onClick={cancel}>Cancel</Button>
        <Button look="danger" onClick={run}>
          Run
        </Button>
      </Actions>
    </Dialog>
  )
}

/** The values on their own: they are hard to see in a long script. */
function Values({ order: { snippet, values } }: { readonly order: Order }) {
  const shown = variablesIn([...parseTemplate(snippet.command), ...parseTemplate(snippet.folder)]).filter(
    ({ name }) => values[name] !== undefined,
  )
  if (shown.length === 0) return null
  return (
    <dl className={ui['pairs']}>
      {shown.map(({ name, hidden }) => (
        <Fragment key={name}>
          <dt>{shownName(name)}</dt>
          <dd className={ui['mono']}>{hidden ? '•••' : shownName(values[name] ?? '')}</dd>
        </Fragment>
      ))}
    </dl>
  )
}

function Delete({
  api,
  snippet,
  close,
}: {
  readonly api: Api
  readonly snippet: Order['snippet']
  readonly close: () => void
}) {
  const [failure, setFailure] = useState<string | null>(null)
  const remove = () =>
    void api.snippets.remove({ id: snippet.id }).then(close, (error: unknown) => setFailure(messageOf(error)))
  return (
    <Dialog alert title={`Delete ${snippet.name}?`} badge={<Trash2 size={18} />} tone="bad" onClose={close}>
      <pre className={css['preview']} role="group" aria-label="Command" tabIndex={0}>
        {shownText(snippet.command)}
      </pre>
      {failure !== null && (
        <p className={ui['error']} role="alert">
          {failure}
        </p>
      )}
      <Actions>
        <Grow />
        <Button onClick={close}>Cancel</Button>
        <Button look="danger" onClick={remove}>
          Delete snippet
        </Button>
      </Actions>
    </Dialog>
  )
}
