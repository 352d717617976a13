import { Activity } from 'lucide-react'

import { labelOf } from '../../mirrors/targets.ts'
import { lookOf, useTerminalStates, weakText } from '../../mirrors/terminals.ts'
import { Dot, Tag } from '../../ui/tag.tsx'
import { activePane, useWorkspace } from '../../workspace/workspace-store.ts'

/** The state of the active terminal, for the status bar. */
export function TerminalHere() {
  const pane = useWorkspace(activePane)
  const state = useTerminalStates(({ states }) => (pane ? states[pane.id] : undefined))
  if (!pane) return null
  const look = lookOf(state)
  return (
    <>
      <span>
        <Dot tone={look.tone} label="" /> {labelOf(pane.target)}, {look.state}
      </span>
      {state?.kind === 'ready' && state.latencyMs !== null && (
        <span>
          <Activity size={12} aria-hidden="true" /> {state.latencyMs} ms
        </span>
      )}
      {state?.kind === 'ready' && state.weak.length > 0 && (
        <span title={weakText(state.weak)} aria-label={weakText(state.weak)} role="img">
          <Tag tone="warn">weak</Tag>
        </span>
      )}
    </>
  )
}
