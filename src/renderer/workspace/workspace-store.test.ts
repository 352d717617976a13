import { beforeEach, describe, expect, it } from 'vitest'

import { savedWorkspace } from '../../shared/contract/workspace.ts'
import { panesOf } from './split-tree.ts'
import * as saving from './saved-workspace.ts'
import * as store from './workspace-store.ts'

const local = { kind: 'local' } as const
const state = () => store.useWorkspace.getState()
const terminalTabs = () => state().tabs.filter(tab => tab.kind === 'terminals')
const titles = () => terminalTabs().map(tab => Object.values(tab.panes)[0]?.title)

describe('the workspace', () => {
  beforeEach(() => store.useWorkspace.setState({ tabs: [], activeId: 'home', page: 'hosts', closed: [] }))

  it('activates a new tab, and its neighbor when it is closed', () => {
    store.openTab(local, 'a')
    store.openTab(local, 'b')
    const [a, b] = state().tabs
    expect(state().activeId).toBe(b?.id)
    store.closeTab(b?.id ?? '')
    expect(state().activeId).toBe(a?.id)
    store.closeTab(a?.id ?? '')
    expect(state().activeId).toBe('home')
  })

  it('splits, zooms, focuses and closes panes', () => {
    const first = store.openTab(local, 'a')
    const second = store.splitActive('right')
    expect(store.activePane()?.id).toBe(second?.id)
    store.focusNextPane(1)
    expect(store.activePane()?.id).toBe(first.id)
    store.toggleZoom()
    expect(store.activeTerminals()?.zoomed).toBe(true)
    store.closePane(first.id)
    expect(store.activeTab()).toMatchObject({ zoomed: false, activePane: second?.id })
    store.closePane(second?.id ?? '')
    expect(state().tabs).toEqual([])
  })

  it('moves a tab into another one and a pane out again, and keeps each pane exactly once', () => {
    const a = store.openTab(local, 'a')
    const b = store.openTab(local, 'b')
    const [first, second] = state().tabs
    store.moveTabInto(second?.id ?? '', { tabId: first?.id ?? '', paneId: a.id, side: 'left' })
    expect(state().tabs).toHaveLength(1)
    expect(panesOf(terminalTabs()[0]!.layout)).toEqual([b.id, a.id])
    store.movePane(b.id, { paneId: a.id, side: 'bottom' })
    expect(panesOf(terminalTabs()[0]!.layout)).toEqual([a.id, b.id])
    store.movePane(b.id, null)
    expect(titles()).toEqual(['a', 'b'])
  })

  it('reorders tabs', () => {
    for (const title of ['a', 'b', 'c']) store.openTab(local, title)
    const [a, , c] = state().tabs
    store.reorderTab(c?.id ?? '', a?.id ?? '')
    expect(titles()).toEqual(['c', 'a', 'b'])
    store.reorderTab(c?.id ?? '', state().tabs[2]?.id ?? '')
    expect(titles()).toEqual(['a', 'b', 'c'])
    store.reorderTab(a?.id ?? '', state().tabs[1]?.id ?? '')
    expect(titles()).toEqual(['b', 'a', 'c'])
  })

  it('is restored from its saved state, which main accepts', () => {
    store.openTab(local, 'a')
    store.splitActive('bottom')
    store.renameTab(state().tabs[0]?.id ?? '', ' mine ')
    store.toggleZoom()
    store.openTab(local, 'b')
    store.closeTab(state().tabs[1]?.id ?? '')
    const saved = savedWorkspace.parse(structuredClone(saving.toSaved(state())))
    const before = state()
    saving.restore(saved)
    expect(state().tabs).toEqual(before.tabs)
    expect(state().activeId).toBe(before.activeId)
    expect(state().closed).toEqual(before.closed.map(each => ({ ...each, live: false })))
    // A file from before these were saved.
    saving.restore(
      savedWorkspace.parse({
        tabs: [{ id: crypto.randomUUID(), panes: saved.tabs.flatMap(tab => ('panes' in tab ? tab.panes : [])) }],
      }),
    )
    expect(terminalTabs()).toMatchObject([{ activePane: Object.keys(terminalTabs()[0]!.panes)[0], zoomed: false }])
  })

  it('saves the session that a pane attaches to; a split of it is a plain shell', () => {
    const run = {
      kind: 'tmux',
      socket: 'default',
      session: `it's "a" \\$b ✓`,
      known: { id: '$3', created: 1764396000 },
    } as const
    const pane = store.openTab(local, 'build', run)
    const split = store.splitActive('right')
    saving.restore(savedWorkspace.parse(structuredClone(saving.toSaved(state()))))
    expect(terminalTabs()[0]!.panes[pane.id]).toEqual(pane)
    expect(terminalTabs()[0]!.panes[split?.id ?? '']).toEqual({ ...split, run: undefined })
  })

  it('reads what an earlier version saved, without sessions', () => {
    const id = crypto.randomUUID()
    const pane = { id: crypto.randomUUID(), target: local, title: 'a' }
    const saved = savedWorkspace.parse({ tabs: [{ id, title: null, panes: [pane], layout: null }], activeId: id })
    saving.restore(saved)
    expect(terminalTabs()[0]!.panes[pane.id]).toEqual(pane)
  })

  it('rebuilds a layout that doesn’t match its panes without losing any', () => {
    store.openTab(local, 'a')
    store.splitActive('right')
    const saved = saving.toSaved(state())
    const tab = saved.tabs.find(each => 'panes' in each)
    saving.restore({ ...saved, tabs: [{ ...tab!, layout: { kind: 'pane', paneId: crypto.randomUUID() } }] })
    expect(panesOf(terminalTabs()[0]!.layout).toSorted()).toEqual(tab!.panes.map(pane => pane.id as string).toSorted())
  })
})
