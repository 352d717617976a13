import { Layers, Plus } from 'lucide-react'

import type { HostSession } from '../../../shared/contract/sessions.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { isLive, useTerminalStates } from '../../mirrors/terminals.ts'
import { Tag } from '../../ui/tag.tsx'
import type { PaletteItem } from '../../ui/palette-item.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { activePane } from '../../workspace/workspace-store.ts'
import { HostSessions } from './host-sessions.tsx'
import { SessionActions } from './session-actions.ts'
import { SessionDialogs } from './session-dialogs.tsx'
import { sessionKey } from './session-text.ts'
import { openSessionDialog, sessionsOf, useSessions } from './sessions-state.ts'

/** The tmux, screen and zellij sessions of hosts. */
export function sessionsDoor({ api, requests }: DoorContext) {
  const actions = new SessionActions(api, { attachSession: (target, run) => requests.attachSession(target, run) })
  return {
    palette: () => paletteItems(actions),
    overlays: [
      {
        View: () => <SessionDialogs actions={actions} />,
        useOpen: () => useSessions(state => state.dialog),
        close: () => openSessionDialog(null),
      },
    ],
    answers: {
      relistSessions: target => {
        // The connection stays open for a while after its last terminal, so this needs no sign-in.
        if (target.kind !== 'local') window.setTimeout(() => actions.refresh(target, true), leftMs)
      },
    },
    onCard: props => <DetachedSessions {...props} />,
    beside: {
      title: 'Sessions',
      local: false,
      View: ({ target }) => (target.kind === 'local' ? null : <HostSessions target={target} actions={actions} />),
    },
  } satisfies Door
}

/** The sessions of a host that no terminal is attached to, so that nothing is forgotten there. */
function DetachedSessions({ target, brief }: { readonly target: Target; readonly brief: boolean }) {
  const count = useSessions(({ hosts }) => hosts[targetKey(target)]?.list?.sessions.filter(isDetached).length ?? 0)
  if (count === 0) return null
  const text = count === 1 ? '1 detached session' : `${count} detached sessions`
  if (!brief) return <Tag>{text}</Tag>
  return (
    <Tag label={text}>
      <Layers size={11} aria-hidden="true" /> {count}
    </Tag>
  )
}

function isDetached({ clients }: HostSession): boolean {
  return clients === 0
}

// A terminal that was closed is detached a moment later.
const leftMs = 700

// A list that was shown this long ago is looked at again when the palette opens.
const staleMs = 10_000

/** The sessions of the host in front. */
function paletteItems(actions: SessionActions): readonly PaletteItem[] {
  const pane = activePane()
  if (!pane || pane.target.kind === 'local') return []
  const { target } = pane
  const { list, at, busy } = sessionsOf(target)
  // Not while the palette is being drawn. The answer is there by the time somebody has typed a letter.
  if (!busy && Date.now() - at > staleMs && isLive(useTerminalStates.getState().states[pane.id]))
    queueMicrotask(() => actions.refresh(target))
  if (list === null) return []
  const label = labelOf(target)
  const attach = list.sessions.map(session => ({
    id: `session:${sessionKey(session.run)}`,
    title: `Attach to ${session.name} on ${label}`,
    detail: session.command,
    icon: <Layers size={15} />,
    run: () => actions.attach(target, session),
  }))
  const create = {
    id: 'session:new',
    title: `New session on ${label}`,
    icon: <Plus size={15} />,
    run: () => openSessionDialog({ kind: 'new', target }),
  }
  return list.tmux === null ? attach : [...attach, create]
}
