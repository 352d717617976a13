import type { Group, GroupId } from './hosts.ts'

/** What a host gets from its groups, nearest first, where it sets nothing itself. */
export type Inherited = Pick<Group, 'user' | 'keyFile' | 'jumpHostId' | 'proxy' | 'theme'>

/** The groups around a host or group, the nearest first; ends where a group is gone or comes again. */
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

/** What is handed down to whatever lies in group `id`. */
export function inheritedFrom(id: GroupId | null, groups: readonly Group[]): Inherited {
  const chain = groupChain(id, groups)
  const first = <K extends keyof Inherited>(name: K) => chain.find(group => group[name] !== null)?.[name] ?? null
  return {
    user: first('user'),
    keyFile: first('keyFile'),
    jumpHostId: first('jumpHostId'),
    proxy: first('proxy'),
    theme: first('theme'),
  }
}
