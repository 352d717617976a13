import { hostname, userInfo } from 'node:os'

import type { Target } from '../../shared/contract/targets.ts'
import { targetHop } from '../ssh/connection-plan.ts'
import type { Connections } from '../ssh/connections.ts'
import type { Facts } from './compose.ts'

/** What snippets fill in by themselves on a target. Throws like `Connections.plan` for a host that can't be planned. */
export function factsFinder(
  connections: Pick<Connections, 'plan'>,
  nameOf: (target: Target) => string,
): (target: Target) => Facts {
  const { username: localUser } = userInfo()
  return target => {
    const now = new Date()
    if (target.kind === 'local')
      return { host: hostname(), address: '127.0.0.1', user: localUser, port: null, localUser, now }
    const { address, user, port } = targetHop(connections.plan(target))
    return { host: nameOf(target), address, user, port, localUser, now }
  }
}
