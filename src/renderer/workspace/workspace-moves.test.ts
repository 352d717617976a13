import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { panesOf, type Side } from './split-tree.ts'
import * as store from './workspace-store.ts'

const runs = Number(process.env['HAWSER_WORKSPACE_RUNS'] ?? 300)
const local = { kind: 'local' } as const
const state = () => store.useWorkspace.getState()
const paneIds = () => store.allPanes().map(pane => pane.id as string)

/** One gesture. Tabs and panes are identified by position, so that every run has gestures on existing ones. */
type Gesture =
  | { readonly kind: 'open' | 'split' | 'close-pane' | 'close-tab' | 'pane-out'; readonly at: number }
  | { readonly kind: 'zoom' | 'broadcast' | 'next-pane'; readonly at: number }
  | {
      readonly kind: 'tab-into' | 'pane-to' | 'reorder'
      readonly at: number
      readonly to: number
      readonly side: Side
    }

const place = fc.nat({ max: 9 })
const side = fc.constantFrom<Side>('left', 'right', 'top', 'bottom')
const gestures = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom(
        ...(['open', 'split', 'close-pane', 'close-tab', 'pane-out', 'zoom', 'broadcast', 'next-pane'] as const),
      ),
      at: place,
    }),
    fc.record({
      kind: fc.constantFrom(...(['tab-into', 'pane-to', 'reorder'] as const)),
      at: place,
      to: place,
      side,
    }),
  ),
  { maxLength: 25 },
)

function perform(gesture: Gesture): void {
  const pick = <T>(all: readonly T[], at: number): T | undefined => all[at % Math.max(1, all.length)]
  const tabAt = (at: number) => pick(state().tabs, at)?.id ?? 'gone'
  const paneAt = (at: number) => pick(paneIds(), at) ?? 'gone'
  switch (gesture.kind) {
    case 'open':
      return void store.openTab(local, 'new')
    case 'split':
      store.focusPane(paneAt(gesture.at))
      return void store.splitActive('right')
    case 'close-pane':
      return store.closePane(paneAt(gesture.at))
    case 'close-tab':
      return store.closeTab(tabAt(gesture.at))
    case 'pane-out':
      return store.movePane(paneAt(gesture.at), null)
    case 'zoom':
      return store.toggleZoom()
    case 'broadcast':
      return store.toggleBroadcast()
    case 'next-pane':
      return store.focusNextPane(1)
    case 'tab-into': {
      const paneId = paneAt(gesture.to)
      const tabId = store.tabWith(paneId)?.id ?? 'gone'
      return store.moveTabInto(tabAt(gesture.at), { tabId, paneId, side: gesture.side })
    }
    case 'pane-to':
      return store.movePane(paneAt(gesture.at), { paneId: paneAt(gesture.to), side: gesture.side })
    case 'reorder':
      return store.reorderTab(tabAt(gesture.at), tabAt(gesture.to))
  }
}

describe('gestures in the workspace', () => {
  beforeEach(() => store.useWorkspace.setState({ tabs: [], activeId: 'home', page: 'hosts' }))

  it('never lose a pane in an intermediate state', () => {
    fc.assert(
      fc.property(gestures, all => {
        store.useWorkspace.setState({ tabs: [], activeId: 'home', page: 'hosts' })
        for (const gesture of [{ kind: 'open', at: 0 } as const, { kind: 'open', at: 0 } as const, ...all]) {
          const before = paneIds()
          const seen: string[][] = []
          const stop = store.useWorkspace.subscribe(() => seen.push(paneIds()))
          perform(gesture)
          stop()
          const kept = before.filter(id => paneIds().includes(id))
          for (const between of seen) expect(between).toEqual(expect.arrayContaining(kept))
          const closes = gesture.kind === 'close-pane' || gesture.kind === 'close-tab'
          if (!closes) expect(kept).toEqual(before)
        }
      }),
      { numRuns: runs },
    )
  })

  it('keep every pane exactly once, in the layout of its tab, and the active pane and tab valid', () => {
    fc.assert(
      fc.property(gestures, all => {
        store.useWorkspace.setState({ tabs: [], activeId: 'home', page: 'hosts' })
        for (const gesture of all) perform(gesture)
        const ids = paneIds()
        expect(new Set(ids).size).toBe(ids.length)
        for (const tab of state().tabs) {
          if (tab.kind !== 'terminals') continue
          expect(panesOf(tab.layout).toSorted()).toEqual(Object.keys(tab.panes).toSorted())
          expect(Object.keys(tab.panes)).toContain(tab.activePane)
        }
        expect(['home', ...state().tabs.map(tab => tab.id)]).toContain(state().activeId)
      }),
      { numRuns: runs },
    )
  })

  it('change nothing if the target tab or pane no longer exists', () => {
    const a = store.openTab(local, 'a')
    store.openTab(local, 'b')
    const [first, second] = state().tabs
    const before = state()
    store.moveTabInto(second?.id ?? '', { tabId: 'gone', paneId: a.id, side: 'left' })
    store.moveTabInto(second?.id ?? '', { tabId: first?.id ?? '', paneId: 'gone', side: 'left' })
    store.movePane(a.id, { paneId: 'gone', side: 'left' })
    store.movePane('gone', { paneId: a.id, side: 'left' })
    expect(state()).toBe(before)
  })

  it('keep broadcasting in a tab whose panes are only rearranged', () => {
    const a = store.openTab(local, 'a')
    const b = store.splitActive('right')
    store.toggleBroadcast()
    store.movePane(a.id, { paneId: b?.id ?? '', side: 'bottom' })
    expect(store.activeTerminals()?.broadcast).toBe(true)
  })
})
