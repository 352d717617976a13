import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'

import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'
import type { TmuxLayout, TmuxSession, TmuxWindow } from '../../shared/contract/tmux.ts'
import { runs } from '../../testing/runs.ts'
import { setTmuxOwner, movePane, renameTab, reorderTab, splitActive, toggleZoom } from './arrange.ts'
import { restore, toSaved } from './saved-workspace.ts'
import { panesOf } from './split-tree.ts'
import { isTmuxTab, leaveTmuxSession, showTmuxSessions as showSessions } from './tmux-tabs.ts'
import { focusPane, openTab, useWorkspace, type TerminalTab } from './workspace-store.ts'

const target: Target = { kind: 'address', address: 'gpu-box', port: null, user: null, jumps: [], keyFile: null }
const run = { kind: 'tmux', socket: 'default', session: 'work' } as const

// A session that was left stays so.
let sessionId = ''
beforeEach(() => (sessionId = crypto.randomUUID()))
beforeEach(() => useWorkspace.setState({ tabs: [], activeId: 'home', closed: [] }))

const terminal = () => crypto.randomUUID() as TerminalId
const pane = (paneId: TerminalId): TmuxLayout => ({ kind: 'pane', paneId, width: 40, height: 20 })
const beside = (...ids: readonly TerminalId[]): TmuxLayout =>
  ids.length === 1 ? pane(ids[0] as TerminalId) : { kind: 'row', width: 81, height: 20, parts: ids.map(pane) }

function windowOf(id: number, ids: readonly TerminalId[], more: Partial<TmuxWindow> = {}): TmuxWindow {
  const layout = beside(...ids)
  const activePane = ids[0] as TerminalId
  return { id, name: `w${id}`, isNamedByProgram: false, activePane, layout, visible: layout, isZoomed: false, ...more }
}

const session = (windows: readonly TmuxWindow[]): TmuxSession => ({ id: sessionId, target, run, windows })
const showTmuxSessions = (sessions: readonly TmuxSession[]) => showSessions(sessions, { keepsActive: false })
const tabs = () => useWorkspace.getState().tabs as readonly TerminalTab[]
const titles = () => tabs().map(({ title }) => title)

it('turns the tab of a session into that of its window, and adds the others next to it', () => {
  const opener = openTab(target, 'work', run)
  openTab(target, 'other')
  const [second, third] = [terminal(), terminal()]
  showTmuxSessions([session([windowOf(1, [terminal()]), windowOf(2, [opener.id, second]), windowOf(3, [third])])])
  expect(titles()).toEqual(['w1 · work', 'w2 · work', 'w3 · work', null])
  expect(panesOf((tabs()[1] as TerminalTab).layout)).toEqual([opener.id, second])
  expect(tabs()[1]?.panes[second]).toMatchObject({ target, run })
})

it('moves a pane that was opened beside others into a tab of its own', () => {
  const plain = openTab(target, 'plain')
  const kept = { ...plain, id: terminal(), run }
  useWorkspace.setState(({ tabs: [tab] }) => ({
    tabs: [
      { ...(tab as TerminalTab), panes: { [plain.id]: plain, [kept.id]: kept }, layout: split(plain.id, kept.id) },
    ],
  }))
  showTmuxSessions([session([windowOf(1, [kept.id])])])
  expect(tabs().map(({ panes }) => Object.keys(panes))).toEqual([[plain.id], [kept.id]])
})

it('keeps the tabs of windows, and what the user has focused, until tmux says something new', () => {
  const opener = openTab(target, 'work', run)
  const second = terminal()
  showTmuxSessions([session([windowOf(1, [opener.id, second])])])
  const before = tabs()[0]
  focusPane(second)
  showTmuxSessions([session([windowOf(1, [opener.id, second], { name: 'new' })])])
  expect(tabs()[0]).toMatchObject({ id: before?.id, title: 'new · work', activePane: second })
  showTmuxSessions([session([windowOf(1, [opener.id, second], { activePane: second })])])
  showTmuxSessions([session([windowOf(1, [opener.id, second])])])
  expect(tabs()[0]?.activePane).toBe(opener.id)
})

it('leaves panes alone that have not changed: drawing them anew takes the keyboard away', () => {
  const opener = openTab(target, 'work', run)
  showTmuxSessions([session([windowOf(1, [opener.id])])])
  const before = tabs()[0]?.panes[opener.id]
  showTmuxSessions(structuredClone([session([windowOf(1, [opener.id, terminal()])])]))
  expect(tabs()[0]?.panes[opener.id]).toBe(before)
})

it('leaves one tab of a session that has ended: the active one', () => {
  const opener = openTab(target, 'work', run)
  const second = terminal()
  showTmuxSessions([session([windowOf(1, [opener.id]), windowOf(2, [second])])])
  useWorkspace.setState({ activeId: tabs()[1]?.id as string })
  showTmuxSessions([])
  expect(tabs().map(({ panes, tmux }) => [Object.keys(panes), tmux])).toEqual([[[second], undefined]])
  expect(useWorkspace.getState().activeId).toBe(tabs()[0]?.id)
})

it('closes the tabs of a session that is left, which main may go on to name for a while', () => {
  const opener = openTab(target, 'work', run)
  const there = [session([windowOf(1, [opener.id]), windowOf(2, [terminal()])])]
  showTmuxSessions(there)
  leaveTmuxSession(sessionId)
  showTmuxSessions(there)
  expect(tabs()).toEqual([])
  expect(useWorkspace.getState()).toMatchObject({ activeId: 'home', closed: [{ live: false }] })
})

it('is saved as one tab, which is enough to attach again', () => {
  const opener = openTab(target, 'work', run)
  const last = openTab(target, 'other')
  showTmuxSessions([session([windowOf(1, [terminal(), opener.id]), windowOf(2, [terminal()])])])
  useWorkspace.setState({ activeId: tabs()[1]?.id as string })
  const saved = toSaved(useWorkspace.getState())
  restore(saved)
  expect(tabs().map(({ panes }) => Object.keys(panes).length)).toEqual([1, 1])
  expect(tabs()[1]?.panes[last.id]).toBeDefined()
  expect(useWorkspace.getState().activeId).toBe(tabs()[0]?.id)
  expect(Object.values(tabs()[0]?.panes ?? {})[0]?.run).toEqual(run)
})

it('has tmux arrange what tmux owns', () => {
  const done: string[] = []
  setTmuxOwner({
    split: (_pane, side) => done.push(`split ${side}`),
    zoom: () => done.push('zoom'),
    rename: (_pane, name) => done.push(`rename ${name}`),
    moveWindow: () => done.push('move window'),
    movePane: (_pane, to) => done.push(`move pane ${to?.side ?? 'out'}`),
  })
  const opener = openTab(target, 'work', run)
  const [second, third] = [terminal(), terminal()]
  const plain = openTab(target, 'other')
  showTmuxSessions([session([windowOf(1, [opener.id, second]), windowOf(2, [third])])])
  const before = tabs()
  const [first, next] = before.map(({ id }) => id) as [string, string]
  useWorkspace.setState({ activeId: first })
  expect(splitActive('right')).toBeUndefined()
  toggleZoom()
  renameTab(first, ' mine ')
  reorderTab(first, next)
  movePane(second, { paneId: third, side: 'top' })
  movePane(second, null)
  movePane(third, null)
  movePane(second, { paneId: plain.id, side: 'top' })
  movePane(plain.id, { paneId: second, side: 'top' })
  setTmuxOwner(undefined)
  expect(done).toEqual(['split right', 'zoom', 'rename mine', 'move window', 'move pane top', 'move pane out'])
  expect(tabs()).toBe(before)
})

it('shows each pane once and keeps all other tabs, whatever tmux says', () => {
  const ids = fc.uniqueArray(fc.nat(8), { minLength: 1, maxLength: 9 })
  const state = fc.array(
    ids.chain(all => fc.array(fc.nat(3), { minLength: all.length, maxLength: all.length }).map(at => ({ all, at }))),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(state, steps => {
      useWorkspace.setState({ tabs: [], activeId: 'home', closed: [] })
      const terminals = Array.from({ length: 9 }, terminal)
      const others = [openTab(target, 'a'), openTab(target, 'b')]
      for (const { all, at } of steps) {
        const windows = [0, 1, 2, 3].flatMap(window => {
          const here = all.filter((_each, index) => at[index] === window).map(each => terminals[each] as TerminalId)
          return here.length > 0 ? [windowOf(window, here)] : []
        })
        showTmuxSessions([session(windows)])
        const shown = tabs().filter(isTmuxTab)
        expect(shown.map(({ tmux }) => tmux.window)).toEqual(windows.map(({ id }) => id))
        expect(shown.flatMap(({ panes }) => Object.keys(panes)).toSorted()).toEqual(
          all.map(each => terminals[each] as string).toSorted(),
        )
        for (const tab of shown) expect(Object.keys(tab.panes)).toContain(tab.activePane)
        for (const { id } of others) expect(tabs().some(({ panes }) => panes[id] !== undefined)).toBe(true)
        const { activeId } = useWorkspace.getState()
        expect(activeId === 'home' || tabs().some(({ id }) => id === activeId)).toBe(true)
      }
    }),
    { numRuns: runs(2_000) },
  )
})

function split(...ids: readonly TerminalId[]) {
  const children = ids.map(paneId => ({ weight: 1, tree: { kind: 'pane' as const, paneId } }))
  return { kind: 'split' as const, direction: 'row' as const, children }
}
