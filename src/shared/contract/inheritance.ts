import type { Group, GroupId } from './hosts.ts'

/** The settings that a host inherits from its groups, nearest first. */
export type Inherited = Pick<Group, 'user' | 'keyFile' | 'jumpHostId' | 'proxy' | 'theme' | 'keepAlive'>

/** Returns the groups around a host or group, nearest first; ends at a missing or repeated group. */
export function groupChain(id: GroupId | null, groups: readonly Group[]): readonly Group[] {
  const chain: Group[] = []
  let next = groups.find(group => group.id === id)
  while (next && !chain.includes(next)) {
    chain.push(next)
    const { parentId } = next
    next = groups.find(group => group.id === parentId)
  }
  return chain
}

/** Returns the settings inherited by anything in group `id`. */
export function inheritedFrom(id: GroupId | null, groups: readonly Group[]): Inherited {
  const chain = groupChain(id, groups)
  const first = <K extends keyof Inherited>(name: K) => chain.find(group => group[name] !== null)?.[name] ?? null
  return {
    user: first('user'),
    keyFile: first('keyFile'),
    jumpHostId: first('jumpHostId'),
    proxy: first('proxy'),
    theme: first('theme'),
    keepAlive: first('keepAlive'),
  }
}
