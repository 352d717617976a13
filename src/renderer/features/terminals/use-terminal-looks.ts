import { useMemo } from 'react'

import { useHosts } from '../../mirrors/hosts.ts'
import { lookOf, useTerminalStates, weakOf, weakText } from '../../mirrors/terminals.ts'
import type { TabLook } from '../../workspace/tab-strip.tsx'
import type { Tab, TerminalTab } from '../../workspace/workspace-store.ts'
import { useTerminals } from './terminals-state.ts'

/** How the tabs of terminals look in the title bar. */
export function useTerminalLooks(): (tab: Tab) => TabLook {
  const states = useTerminalStates(state => state.states)
  const clipboard = useTerminals(state => state.clipboard)
  const hosts = useHosts(state => state.book.hosts)
  return useMemo(() => {
    // The programs of these hosts can use the keys of this computer as long as the tab is open.
    const forwarding = new Set<string>(hosts.filter(host => host.forwardAgent).map(host => host.id))
    const warningOf = ({ panes }: TerminalTab): string | null => {
      const all = Object.values(panes)
      const exposed = all.some(({ target }) => target.kind === 'host' && forwarding.has(target.hostId))
      const weak = all.flatMap(({ id }) => weakOf(states[id]))
      const warnings = [...(exposed ? ['Agent forwarding is on'] : []), ...(weak.length > 0 ? [weakText(weak)] : [])]
      return warnings.join('. ') || null
    }
    return tab => {
      if (tab.kind !== 'terminals') return { tone: 'none', state: '' }
      const asks = Object.keys(tab.panes).some(id => clipboard[id])
      const question = asks ? 'A program wants to use the clipboard' : null
      return { ...lookOf(states[tab.activePane]), warning: warningOf(tab), question }
    }
  }, [states, clipboard, hosts])
}
