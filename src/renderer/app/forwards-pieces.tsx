import { useMemo } from 'react'

import { ownPage } from '../features/forwards/own-address.ts'
import type { Forward } from '../../shared/contract/forwards.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import { builtInPresets } from '../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import { sizeText } from '../../shared/base/sizes.ts'
import { openForwardDialog } from '../features/forwards/forwards-state.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { tell, tellProblem } from '../mirrors/notices.ts'
import type { PaletteItem } from '../ui/palette-item.ts'
import { labelOf } from '../mirrors/targets.ts'
import { ForwardDialogs } from '../features/forwards/forward-dialogs.tsx'
import type { ForwardHost } from '../features/forwards/forward-form.tsx'
import type { ForwardRowParts } from '../features/forwards/forward-row.tsx'
import { sshCommand } from '../features/forwards/forward-text.ts'
import { ForwardsPage } from '../features/forwards/forwards-page.tsx'
import { forwardsOf, isOn, useForwards } from '../mirrors/forwards.ts'
import { edit } from '../features/hosts/hosts-state.ts'
import type { MenuItem } from '../ui/menu.tsx'
import { type Actions } from './actions.ts'
import type { Parts } from './boot.ts'

type Remote = Forward['target']

/** The parts that every row of forwards needs. */
export function forwardParts({ api, actions }: Pick<Parts, 'api' | 'actions'>): ForwardRowParts {
  return {
    api,
    sizeText,
    quietly: work => void work.catch(tellProblem),
    hostName: ({ target }) => labelOf(target),
    commandOf: forward => sshCommand(forward, loginOf(forward.target)),
    openLine: at => edit({ kind: 'config-file', ...at }),
    copy: actions.copy,
  }
}

export function ForwardsHome({ parts }: { readonly parts: Parts }) {
  const rows = useMemo(() => forwardParts(parts), [parts])
  return <ForwardsPage parts={rows} builtIn={builtInPresets} />
}

/** The dialogs of forwards, over whatever page is shown. */
export function ForwardDialogsOf({ parts }: { readonly parts: Parts }) {
  const hosts = useHosts(state => state.book.hosts)
  const rows = useMemo(() => forwardParts(parts), [parts])
  const choices = useMemo(
    (): readonly ForwardHost[] =>
      hosts.map(({ id, label }) => {
        const target: Remote = { kind: 'host', hostId: id }
        return { label, target, key: targetKey(target) }
      }),
    [hosts],
  )
  return (
    <ForwardDialogs
      parts={rows}
      hosts={choices}
      keyOf={targetKey}
      commandOf={forward => sshCommand(forward, loginOf(forward.target))}
      tell={tell}
    />
  )
}

/** What the button "Forwards of L" on a host's card opens. */
export function forwardMenu({ api, actions }: Pick<Parts, 'api' | 'actions'>, target: Remote): readonly MenuItem[] {
  const { forwards, presets } = useForwards.getState().book
  const { quietly } = forwardParts({ api, actions })
  const mine = forwardsOf(forwards, target)
  return [
    ...mine.map(snapshot => {
      const { id, label } = snapshot.forward
      return isOn(snapshot)
        ? { label: `Stop ${label}`, run: () => quietly(api.forwards.stop({ id })) }
        : { label: `Start ${label}`, run: () => quietly(api.forwards.start({ id })) }
    }),
    ...presets.slice(0, 8).map((preset, index) => ({
      label: preset.name,
      line: index === 0 && mine.length > 0,
      run: () => openForwardDialog({ kind: 'preset', presetId: preset.id, target }),
    })),
    { label: 'New forward', line: true, run: () => openForwardDialog({ kind: 'form', forward: null, target }) },
  ]
}

/** Presets and forwards, for the palette. */
export function forwardItems({ api, actions }: Pick<Parts, 'api' | 'actions'>): readonly PaletteItem[] {
  const { forwards, presets } = useForwards.getState().book
  const { quietly } = forwardParts({ api, actions })
  return [
    ...forwards.map(snapshot => {
      const { id, label, target } = snapshot.forward
      const on = isOn(snapshot)
      return {
        id: `forward:${id}`,
        title: `${on ? 'Stop' : 'Start'} the forward ${label}`,
        detail: labelOf(target),
        run: () => quietly(on ? api.forwards.stop({ id }) : api.forwards.start({ id })),
      }
    }),
    ...presets.map(preset => ({
      id: `preset:${preset.id}`,
      title: `Forward ${preset.name}`,
      detail: String(preset.ports[0]),
      run: () => openForwardDialog({ kind: 'preset', presetId: preset.id, target: null }),
    })),
  ]
}

/**
 * Opens a link that a target printed, or that is in a file there. An address that names the host itself is forwarded first.
 */
export function openHostLink(
  { api }: Pick<Parts, 'api'> & { readonly actions?: Actions },
  target: Target,
  address: string,
): void {
  const there = target.kind === 'local' ? null : ownPage(address)
  if (!there || target.kind === 'local') return void api.app.openExternal({ url: address }).catch(tellProblem)
  const { port, path, secure } = there
  tell(`Forwarding port ${port} of ${labelOf(target)}.`)
  void api.forwards.forwardPort({ target, port, open: true, page: { path, secure } }).catch(tellProblem)
}

function loginOf(target: Target): { text: string; port: number | null } {
  if (target.kind === 'local') return { text: 'localhost', port: null }
  const at = (user: string | null, address: string) => (user === null ? address : `${user}@${address}`)
  if (target.kind === 'address') return { text: at(target.user, target.address), port: target.port }
  const { hosts, groups } = useHosts.getState().book
  const host = hosts.find(each => each.id === target.hostId)
  if (!host) return { text: 'deleted-host', port: null }
  return { text: at(host.user ?? inheritedFrom(host.groupId, groups).user, host.address), port: host.port }
}
