import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import type { SessionRun } from '../../shared/contract/session-run.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Pane } from '../../shared/contract/workspace.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { labelOf } from '../mirrors/targets.ts'

const longestLabel = 40

/** The session that keeps the shell of a new pane, if its host or a group around it says so. */
export function keptRun(target: Target, paneId: string): SessionRun | undefined {
  if (target.kind !== 'host') return undefined
  const { hosts, groups } = useHosts.getState().book
  const host = hosts.find(each => each.id === target.hostId)
  if (!host || (host.keepAlive ?? inheritedFrom(host.groupId, groups).keepAlive) !== 'tmux') return undefined
  return { kind: 'tmux', socket: 'hawser', session: `${plainLabel(target)}-${paneId.slice(0, 6)}`, start: true }
}

/** True for a pane whose shell Hawser keeps in a session of its own. */
export function isKept({ run }: Pick<Pane, 'run'>): boolean {
  return run?.kind === 'tmux' && run.start === true
}

// tmux uses . : and # in its own syntax.
function plainLabel(target: Target): string {
  return labelOf(target)
    .replaceAll(/[\s.:#=]+/g, '-')
    .replaceAll(/[^\p{L}\p{N}_@-]/gu, '')
    .slice(0, longestLabel)
}
