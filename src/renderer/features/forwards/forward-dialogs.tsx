import { assertNever } from '../../../shared/base/assert-never.ts'
import type { Forward } from '../../../shared/contract/forwards.ts'
import { ForwardForm, type ForwardHost } from './forward-form.tsx'
import type { ForwardRowParts } from './forward-row.tsx'
import { openForwardDialog, useForwards } from './forwards-store.ts'
import { PresetDialog } from './preset-dialog.tsx'
import { PresetForm } from './preset-form.tsx'

export interface ForwardDialogsProps {
  readonly parts: ForwardRowParts
  readonly hosts: readonly ForwardHost[]
  readonly keyOf: (target: Forward['target']) => string
  readonly commandOf: (forward: Pick<Forward, 'kind' | 'listen' | 'to' | 'target'>) => string
  readonly tell: (text: string) => void
}

/** The dialog about forwards that is open, over whatever page. */
export function ForwardDialogs({ parts, hosts, keyOf, commandOf, tell }: ForwardDialogsProps) {
  const dialog = useForwards(state => state.dialog)
  const presets = useForwards(state => state.book.presets)
  const { api } = parts
  if (!dialog) return null
  // What ends after the person went on must not close what they opened since.
  const close = () => {
    if (useForwards.getState().dialog === dialog) openForwardDialog(null)
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
          onOpened={tell}
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

/** An address that is no saved host is there to choose where it is what the dialog is about. */
function withTarget(
  hosts: readonly ForwardHost[],
  target: Forward['target'] | null,
  keyOf: (target: Forward['target']) => string,
): readonly ForwardHost[] {
  if (target?.kind !== 'address' || hosts.some(({ key }) => key === keyOf(target))) return hosts
  return [{ label: target.address, target, key: keyOf(target) }, ...hosts]
}
