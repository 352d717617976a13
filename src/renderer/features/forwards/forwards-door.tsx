import { Waypoints } from 'lucide-react'
import { useMemo } from 'react'

import { sizeText } from '../../../shared/base/sizes.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Forward } from '../../../shared/contract/forwards.ts'
import type { Host } from '../../../shared/contract/hosts.ts'
import { builtInPresets } from '../../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { copyText } from '../../mirrors/copy-text.ts'
import { forwardsOf, isOn, mirrorForwards, useForwards } from '../../mirrors/forwards.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { labelOf, loginOf } from '../../mirrors/targets.ts'
import type { MenuItem } from '../../ui/menu.tsx'
import type { PaletteItem } from '../../ui/palette-item.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { showHome } from '../../workspace/workspace-store.ts'
import { ForwardDialogs } from './forward-dialogs.tsx'
import type { ForwardHost } from './forward-form.tsx'
import type { ForwardRowParts } from './forward-row.tsx'
import { sshCommand } from './forward-text.ts'
import { ForwardsPage } from './forwards-page.tsx'
import { openForwardDialog, useForwardsView } from './forwards-state.ts'
import { HostForwards } from './host-forwards.tsx'
import { ownPage } from './own-address.ts'

type Remote = Forward['target']

/** Port forwarding: forwards, presets, and the ports found on live hosts. */
export function forwardsDoor({ api, follow, store, requests }: DoorContext) {
  store.add(mirrorForwards(api, follow))
  const rows: ForwardRowParts = {
    api,
    sizeText,
    quietly: work => void work.catch(reportProblem),
    hostName: ({ target }) => labelOf(target),
    commandOf,
    openLine: ({ path, line }) => requests.editLocalFile(path, line),
    copy: text => copyText(api, text),
  }
  return {
    pages: [
      {
        id: 'forwards',
        text: 'Forwards',
        icon: <Waypoints size={16} aria-hidden="true" />,
        place: 120,
        useCount: () => useForwards(state => state.book.forwards.filter(each => each.state.kind === 'up').length),
        View: () => <ForwardsPage parts={rows} builtIn={builtInPresets} />,
      },
    ],
    commands: [
      {
        id: 'forwards',
        title: 'Go to forwards',
        keywords: 'ports tunnels',
        keys: 'Mod+Shift+J',
        run: () => showHome('forwards'),
      },
      {
        id: 'new-forward',
        title: 'New forward',
        keywords: 'port tunnel socks proxy',
        keys: '',
        run: () => openForwardDialog({ kind: 'form', forward: null, target: null }),
      },
    ],
    palette: () => paletteItems(rows),
    overlays: [
      {
        View: () => <Dialogs rows={rows} />,
        useOpen: () => useForwardsView(state => state.dialog),
        close: () => openForwardDialog(null),
      },
    ],
    beside: {
      title: 'Forwards',
      local: false,
      View: ({ target }) => (target.kind === 'local' ? null : <HostForwards target={target} parts={rows} />),
      watch: target => watchPorts(api, target),
    },
    status: ForwardCount,
    hostMenu: {
      label: name => `Forwards for ${name}`,
      icon: <Waypoints size={15} />,
      items: (host: Host) => hostMenu(rows, { kind: 'host', hostId: host.id }),
    },
    answers: { openLink: (target, address) => openTargetLink(api, target, address) },
  } satisfies Door
}

/** Has main look for listening ports on the target until the answer is called. */
function watchPorts(api: Api, target: Target): () => void {
  if (target.kind === 'local') return () => {}
  void api.forwards.watch({ targets: [target] }).catch(reportProblem)
  return () => void api.forwards.watch({ targets: [] }).catch(reportProblem)
}

function Dialogs({ rows }: { readonly rows: ForwardRowParts }) {
  const hosts = useHosts(state => state.book.hosts)
  const choices = useMemo(
    (): readonly ForwardHost[] =>
      hosts.map(({ id, label }) => {
        const target: Remote = { kind: 'host', hostId: id }
        return { label, target, key: targetKey(target) }
      }),
    [hosts],
  )
  return <ForwardDialogs parts={rows} hosts={choices} keyOf={targetKey} commandOf={commandOf} showNotice={showNotice} />
}

function ForwardCount() {
  const forwards = useForwards(state => state.book.forwards)
  const up = forwards.filter(({ state: { kind } }) => kind === 'up').length
  const waiting = forwards.filter(({ state: { kind } }) => kind === 'waiting' || kind === 'needs-you').length
  if (up + waiting === 0) return null
  return (
    <span role="group" aria-label="Forwards">
      <Waypoints size={12} aria-hidden="true" />{' '}
      {[`${up} active`, waiting > 0 && `${waiting} waiting`].filter(Boolean).join(' · ')}
    </span>
  )
}

/** The menu of a host: switches of its forwards, and presets. */
function hostMenu({ api, quietly }: ForwardRowParts, target: Remote): readonly MenuItem[] {
  const { forwards, presets } = useForwards.getState().book
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
function paletteItems({ api, quietly }: ForwardRowParts): readonly PaletteItem[] {
  const { forwards, presets } = useForwards.getState().book
  return [
    ...forwards.map(snapshot => {
      const { id, label, target } = snapshot.forward
      const on = isOn(snapshot)
      return {
        id: `forward:${id}`,
        title: `${on ? 'Stop' : 'Start'} forward ${label}`,
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

/** Opens a link of a target; an address that names the target itself is forwarded first. */
function openTargetLink(api: Api, target: Target, address: string): void {
  const page = target.kind === 'local' ? null : ownPage(address)
  if (!page || target.kind === 'local') return void api.app.openExternal({ url: address }).catch(reportProblem)
  const { port, path, secure } = page
  showNotice(`Forwarding port ${port} from ${labelOf(target)}.`)
  void api.forwards.forwardPort({ target, port, open: true, page: { path, secure } }).catch(reportProblem)
}

function commandOf(forward: Pick<Forward, 'kind' | 'listen' | 'to' | 'target'>): string {
  return sshCommand(forward, loginOf(forward.target) ?? { text: 'deleted-host', port: null })
}
