import { assertNever } from '../../../shared/base/assert-never.ts'
import type { Forward } from '../../../shared/contract/forwards.ts'
import { ForwardForm, type ForwardHost } from './forward-form.tsx'
import type { ForwardRowParts } from './forward-row.tsx'
import { useForwards } from '../../mirrors/forwards.ts'
import { PresetDialog } from './preset-dialog.tsx'
import { PresetForm } from './preset-form.tsx'
import { openForwardDialog, useForwardsView } from './forwards-state.ts'

export interface ForwardDialogsProps {
  readonly parts: ForwardRowParts
  readonly hosts: readonly ForwardHost[]
  readonly keyOf: (target: Forward['target']) => string
  readonly commandOf: (forward: Pick<Forward, 'kind' | 'listen' | 'to' | 'target'>) => string
  readonly showNotice: (text: string) => void
}

/** The open forward or preset dialog, over whatever page is shown. */
export function ForwardDialogs({ parts, hosts, keyOf, commandOf, showNotice }: ForwardDialogsProps) {
  const dialog = useForwardsView(state => state.dialog)
  const presets = useForwards(state => state.book.presets)
  const { api } = parts
  if (!dialog) return null
  // A call that ends late must not close a dialog that was opened in the meantime.
  const close = () => {
    if (useForwardsView.getState().dialog === dialog) openForwardDialog(null)
  }
  switch (dialog.kind) {
    case 'form':
      return (
        <ForwardForm
          forward={dialog.forward}
          target={dialog.target}
          hosts={withTarget(hosts, dialog.target, keyOf)}
          keyOf={keyOf}
          commandOf={commandOf}
          onSave={async (forward, start) => {
            await api.forwards.save({ forward })
            close()
            if (start) parts.quietly(api.forwards.start({ id: forward.id }))
          }}
          onClose={close}
        />
      )
    case 'preset': {
      const preset = presets.find(({ id }) => id === dialog.presetId)
      if (!preset) return null
      return (
        <PresetDialog
          api={api}
          preset={preset}
          target={dialog.target}
          hosts={withTarget(hosts, dialog.target, keyOf)}
          keyOf={keyOf}
          onOpened={showNotice}
          onClose={close}
        />
      )
    }
    case 'new-preset':
      return (
        <PresetForm
          preset={dialog.preset}
          onSave={async preset => {
            await api.presets.save({ preset })
            close()
          }}
          onClose={close}
        />
      )
    default:
      return assertNever(dialog)
  }
}

/** The hosts to choose from, with the address that the dialog was opened for if it is not a saved host. */
function withTarget(
  hosts: readonly ForwardHost[],
  target: Forward['target'] | null,
  keyOf: (target: Forward['target']) => string,
): readonly ForwardHost[] {
  if (target?.kind !== 'address' || hosts.some(({ key }) => key === keyOf(target))) return hosts
  return [{ label: target.address, target, key: keyOf(target) }, ...hosts]
}
