import { useEffect } from 'react'

import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import { useSettings } from '../../mirrors/settings.ts'
import type { Door } from '../../workspace/door.ts'
import type { TerminalTab } from '../../workspace/workspace-store.ts'
import css from './side-panel.module.css'

/** Beside terminals: what the features have to show about the target of the active one. */
export function SidePanel({ tab, doors }: { readonly tab: TerminalTab; readonly doors: readonly Door[] }) {
  const shown = useSettings(state => state.settings.terminal.sidePanel)
  const target = tab.panes[tab.activePane]?.target
  return shown && target ? <TargetPanel key={targetKey(target)} target={target} doors={doors} /> : null
}

function TargetPanel({ target, doors }: { readonly target: Target; readonly doors: readonly Door[] }) {
  useEffect(() => {
    const ends = doors.flatMap(({ beside }) => beside?.watch?.(target) ?? [])
    return () => ends.forEach(end => end())
  }, [target, doors])
  const sections = doors.flatMap(({ beside }) => (beside && (beside.local || target.kind !== 'local') ? beside : []))
  return (
    <aside className={css['side']} aria-label="Side panel">
      {sections.map(({ title, View }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          <View target={target} />
        </section>
      ))}
    </aside>
  )
}
