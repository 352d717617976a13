import type { Api } from '../../../shared/contract/contract.ts'
import type { Host, HostSecret } from '../../../shared/contract/hosts.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { openVault } from '../../mirrors/vault.ts'
import { terminalThemes } from '../../ui/terminal-themes.ts'
import { ConfigForm } from './config-form.tsx'
import { GroupForm } from './group-form.tsx'
import { HostForm } from './host-form.tsx'
import { edit, useHostsView } from './hosts-state.ts'
import { ImportDialog } from './import-dialog.tsx'
import { noExtra, type PastedExtra } from './pasted-command.ts'
import { removeHost } from './use-host-actions.ts'

interface HostFormsProps {
  readonly api: Api
  /** Opens a file of the SSH config at a line. */
  readonly openConfig: (path: string, line: number) => void
}

/** The form or dialog about hosts that is open. */
export function HostForms({ api, openConfig }: HostFormsProps) {
  const editing = useHostsView(state => state.editing)
  if (!editing) return null
  const close = () => edit(null)
  if (editing.kind === 'group')
    return (
      <GroupForm
        key={editing.group?.id ?? 'new'}
        group={editing.group}
        themes={terminalThemes}
        onSave={group => api.hosts.saveGroup({ group })}
        onClose={close}
      />
    )
  if (editing.kind === 'import') return <ImportDialog api={api} onClose={close} onDone={showNotice} />
  const configured = editing.host ? useHosts.getState().book.config.hosts[editing.host.id] : undefined
  if (editing.host && configured)
    return (
      <ConfigForm
        key={editing.host.id}
        host={editing.host}
        config={configured}
        onSave={async (host, changes) => {
          if (Object.keys(changes).length > 0) await api.hosts.editConfig({ id: host.id, changes })
          await api.hosts.save({ host })
        }}
        onForget={host => void api.hosts.setSecret({ id: host.id, kind: 'password', secret: '' }).catch(reportProblem)}
        onOpen={openConfig}
        onClose={close}
      />
    )
  return (
    <HostForm
      key={editing.host?.id ?? 'new'}
      host={editing.host}
      {...(editing.preset ? { preset: editing.preset } : {})}
      themes={terminalThemes}
      onSave={async (host, secrets, extra) => {
        if (Object.keys(secrets).length > 0 && !(await openVault()))
          throw new Error(
            'The vault is locked, so the password or key was not saved. Unlock it and save again, or clear the field.',
          )
        await saveHost(api, host, { secrets, extra })
        editing.onSaved?.(host.id)
      }}
      onDelete={deleted => removeHost(api, deleted)}
      onForget={(host, kind) => void api.hosts.setSecret({ id: host.id, kind, secret: '' }).catch(reportProblem)}
      onClose={close}
      chooseFile={() => api.app.chooseFile({ title: 'Choose a private key' })}
    />
  )
}

interface Beyond {
  readonly secrets?: Readonly<Partial<Record<HostSecret, string>>>
  readonly extra?: PastedExtra
}

/** Saves a host with its secrets, and with the jump hosts and forwards of a pasted command. */
async function saveHost(api: Api, host: Host, { secrets = {}, extra = noExtra }: Beyond): Promise<void> {
  const { jumps, forwards } = extra
  const jumpHostId = jumps.length > 0 ? await api.imports.jumpHost({ jumps: [...jumps] }) : host.jumpHostId
  await api.hosts.save({ host: { ...host, jumpHostId } })
  if (forwards.length > 0) await api.imports.addForwards({ id: host.id, forwards: [...forwards] })
  for (const [kind, secret] of Object.entries(secrets))
    await api.hosts.setSecret({ id: host.id, kind: kind as HostSecret, secret })
}
