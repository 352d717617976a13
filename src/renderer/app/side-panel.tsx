import { useEffect, useMemo } from 'react'

import type { Forward } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import { HostForwards } from '../features/forwards/host-forwards.tsx'
import { useSettings } from '../mirrors/settings.ts'
import type { TerminalTab } from '../workspace/workspace-store.ts'
import css from './app.module.css'
import type { Parts } from './boot.ts'
import { forwardParts } from './forwards-pieces.tsx'
import { SnippetsOf } from './snippets-pieces.tsx'

/** Beside terminals: the snippets for where they are, and the forwards of a host. */
export function SidePanel({ tab, parts }: { readonly tab: TerminalTab; readonly parts: Parts }) {
  const shown = useSettings(state => state.settings.terminal.sidePanel)
  const target = tab.panes[tab.activePane]?.target
  if (!shown || !target) return null
  if (target.kind === 'local')
    return (
      <aside className={css['side']} aria-label="Side panel">
        <Snippets target={target} parts={parts} />
      </aside>
    )
  return <HostPanel key={targetKey(target)} target={target} parts={parts} />
}

function HostPanel({ target, parts }: { readonly target: Forward['target']; readonly parts: Parts }) {
  const rows = useMemo(() => forwardParts(parts), [parts])
  const { api } = parts
  useEffect(() => {
    rows.quietly(api.forwards.watch({ targets: [target] }))
    return () => rows.quietly(api.forwards.watch({ targets: [] }))
  }, [api, rows, target])
  return (
    <aside className={css['side']} aria-label="Side panel">
      <Snippets target={target} parts={parts} />
      <section aria-label="Forwards">
        <h2>Forwards</h2>
        <HostForwards target={target} parts={rows} />
      </section>
    </aside>
  )
}

function Snippets({ target, parts }: { readonly target: Target; readonly parts: Parts }) {
  return (
    <section aria-label="Snippets">
      <h2>Snippets</h2>
      <SnippetsOf target={target} parts={parts} />
    </section>
  )
}
