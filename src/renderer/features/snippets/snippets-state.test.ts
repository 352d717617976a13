import { describe, expect, it } from 'vitest'

import { group, host, type GroupId, type HostId } from '../../../shared/contract/hosts.ts'
import { snippet, type Snippet } from '../../../shared/contract/snippets.ts'
import { byPackage, holds, matchingSnippets, planOf, snippetsFor } from './snippets-state.ts'

const made = (name: string, rest: Partial<Snippet> = {}) =>
  snippet.parse({ id: crypto.randomUUID(), name, command: 'run it', ...rest })
const outer = group.parse({ id: crypto.randomUUID(), label: 'outer' })
const inner = group.parse({ id: crypto.randomUUID(), label: 'inner', parentId: outer.id })
const inside = host.parse({ id: crypto.randomUUID(), label: 'a', address: 'a', groupId: inner.id })
const outside = host.parse({ id: crypto.randomUUID(), label: 'b', address: 'b' })
const book = { hosts: [inside, outside], groups: [outer, inner] }
const on = (hostId: HostId) => ({ kind: 'host' as const, hostId })
const local = { kind: 'local' as const }
const places = (hosts: HostId[], groups: GroupId[]) => ({ hosts, groups })

describe('where a snippet may run', () => {
  it('is a host, or any host in a group, however deep', () => {
    expect(holds(places([outside.id], []), on(outside.id), book)).toBe(true)
    expect(holds(places([], [outer.id]), on(inside.id), book)).toBe(true)
    expect(holds(places([], [outer.id]), on(outside.id), book)).toBe(false)
    expect(holds(places([inside.id], [outer.id]), local, book)).toBe(false)
  })

  it('shows snippets with a number first, then the others in their order, regardless of use', () => {
    const [a, b, c, d] = [made('a'), made('b'), made('c', { key: 2 }), made('d', { where: places([outside.id], []) })]
    const shown = (target: Parameters<typeof snippetsFor>[1]) =>
      snippetsFor({ snippets: [a, b, c, d], used: { [b.id]: 1_700_000_000_000 } }, target, book).map(each => each.name)
    expect(shown(on(inside.id))).toEqual(['c', 'a', 'b'])
    expect(shown(on(outside.id))).toEqual(['c', 'a', 'b', 'd'])
    expect(shown(local)).toEqual(['c', 'a', 'b'])
    const background = made('background', { mode: 'background' })
    expect(snippetsFor({ snippets: [background], used: {} }, local, book)).toEqual([])
  })
})

describe('finding snippets', () => {
  it('matches every word, names first', () => {
    const all = [made('Tail log', { command: 'tail gpu.log' }), made('GPU use', { tags: ['log'] }), made('Disk')]
    expect(matchingSnippets(all, 'gpu').map(each => each.name)).toEqual(['GPU use', 'Tail log'])
    expect(matchingSnippets(all, 'LOG gpu').map(each => each.name)).toEqual(['Tail log', 'GPU use'])
    expect(matchingSnippets(all, ' ')).toBe(all)
  })

  it('lists packages by name, snippets without one first', () => {
    const all = [made('a', { package: 'Z' }), made('b'), made('c', { package: 'A' }), made('d', { package: 'Z' })]
    expect(byPackage(all).map(([name, list]) => [name, list.length])).toEqual([
      ['', 1],
      ['A', 1],
      ['Z', 2],
    ])
  })
})

describe('running a snippet', () => {
  const order = (mode: Snippet['mode'], targets: number, panes: number) => {
    const all = [on(inside.id), on(outside.id), local]
    const pane = (target: (typeof all)[number]) => ({ id: crypto.randomUUID() as never, target, title: '' })
    return planOf({
      snippet: made('x', { mode }),
      targets: all.slice(0, targets),
      panes: all.slice(0, panes).map(pane),
    })
  }

  it('types into the current terminal, runs in the background on several hosts, and never presses Enter for “Type only”', () => {
    expect([order('send', 1, 0), order('send', 2, 2), order('send', 2, 1)]).toEqual(['type', 'type', 'background'])
    expect([order('type', 2, 0), order('background', 1, 1), order('tmux', 2, 0)]).toEqual([
      'type',
      'background',
      'tmux',
    ])
  })
})
