import { useCallback, type ReactNode } from 'react'

import { UnsentEdits } from '../features/notices/unsent-edits.tsx'
import { ConfigForm } from '../features/hosts/config-form.tsx'
import { GroupForm } from '../features/hosts/group-form.tsx'
import { HostForm } from '../features/hosts/host-form.tsx'
import { edit, useHostsView } from '../features/hosts/hosts-state.ts'
import { ImportDialog } from '../features/hosts/import-dialog.tsx'
import { openKeyDialog, useKeysView } from '../features/keys/keys-state.ts'
import { Notices } from '../features/notices/notices.tsx'
import { Palette } from '../features/palette/palette.tsx'
import { shownQuestion, usePrompts } from '../mirrors/prompts.ts'
import { Prompts } from '../features/prompts/prompts.tsx'
import { openSnippetDialog, useSnippetsView } from '../features/snippets/snippets-state.ts'
import { CloseDialog } from '../features/terminals/close-dialog.tsx'
import { PasteDialog } from '../features/terminals/paste-dialog.tsx'
import { terminalThemes } from '../ui/terminal-themes.ts'
import { openForwardDialog, useForwardsView } from '../features/forwards/forwards-state.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import { useTerminals } from '../features/terminals/terminals-state.ts'
import { openVault } from '../mirrors/vault.ts'
import { labelOf } from '../mirrors/targets.ts'
import { openLink } from '../mirrors/open-link.ts'
import { VaultDialog } from '../features/vault/vault-dialog.tsx'
import { ErrorBoundary } from '../ui/error-boundary.tsx'
import type { Parts } from './boot.ts'
import { ConfigFile } from './config-file.tsx'
import { ForwardDialogsOf } from './forwards-pieces.tsx'
import { KeyDialogsOf } from './keys-pieces.tsx'
import { paletteItems } from './palette-items.tsx'
import { SnippetDialogsOf } from './snippets-pieces.tsx'

/** What lies over the page: each may fail without the others. */
export function Overlays({ parts }: { readonly parts: Parts }) {
  const { api, actions, terminals } = parts
  const items = useCallback((typed: string) => paletteItems(parts, typed), [parts])
  const question = usePrompts(shownQuestion)
  return (
    <>
      <Over of={useHostsView(state => state.editing)} close={() => edit(null)}>
        <Forms parts={parts} />
      </Over>
      <Over of={useForwardsView(state => state.dialog)} close={() => openForwardDialog(null)}>
        <ForwardDialogsOf parts={parts} />
      </Over>
      <Over of={useKeysView(state => state.dialog)} close={() => openKeyDialog(null)}>
        <KeyDialogsOf parts={parts} />
      </Over>
      <Over of={useSnippetsView(state => state.dialog)} close={() => openSnippetDialog(null)}>
        <SnippetDialogsOf parts={parts} />
      </Over>
      <Over of={useTerminals(state => state.pasting)} close={() => useTerminals.setState({ pasting: null })}>
        <PasteDialog terminals={terminals} />
      </Over>
      <Over of={useTerminals(state => state.closing)} close={() => useTerminals.setState({ closing: null })}>
        <CloseDialog terminals={terminals} />
      </Over>
      <Over
        of={question?.id}
        close={() => question && void api.prompts.answer({ id: question.id, answer: null }).catch(tellProblem)}
      >
        <Prompts api={api} openVault={openVault} copy={actions.copy} openLink={address => openLink(api, address)} />
      </Over>
      <Over>
        <Palette items={items} />
      </Over>
      <Over>
        <VaultDialog api={api} />
      </Over>
      <Over>
        <Notices api={api}>
          <UnsentEdits api={api} labelOf={labelOf} copy={actions.copy} onProblem={tellProblem} />
        </Notices>
      </Over>
    </>
  )
}

interface OverProps {
  /** What is open; another one is drawn anew after a failure. */
  readonly of?: unknown
  readonly close?: () => void
  readonly children: ReactNode
}

function Over({ of, close, children }: OverProps) {
  return (
    <ErrorBoundary what="This dialog" overlay resetKey={of} {...(close ? { onClose: close } : {})}>
      {children}
    </ErrorBoundary>
  )
}

function Forms({ parts }: { readonly parts: Parts }) {
  const { api, actions } = parts
  const editing = useHostsView(state => state.editing)
  if (!editing) return null
  const close = () => edit(null)
  if (editing.kind === 'group')
    return (
      <GroupForm
        key={editing.group?.id ?? 'new'}
        group={editing.group}
        themes={terminalThemes}
        onSave={actions.saveGroup}
        onClose={close}
      />
    )
  if (editing.kind === 'import') return <ImportDialog api={api} onClose={close} onDone={tell} />
  if (editing.kind === 'config-file') return <ConfigFile parts={parts} {...editing} />
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
        onForget={host => void api.hosts.setSecret({ id: host.id, kind: 'password', secret: '' }).catch(tellProblem)}
        onOpen={(path, line) => edit({ kind: 'config-file', path, line })}
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
          throw new Error('The vault is not open, so the secret was not kept. Save again, or empty its field.')
        await actions.saveHost(host, secrets, extra)
      }}
      onDelete={actions.removeHost}
      onForget={(host, kind) => void api.hosts.setSecret({ id: host.id, kind, secret: '' }).catch(tellProblem)}
      onClose={close}
      chooseFile={() => api.app.chooseFile({ title: 'Choose a private key' })}
    />
  )
}
