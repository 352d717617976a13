import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { AppError } from '../../../shared/base/errors.ts'
import { toDisposable } from '../../../shared/base/lifecycle.ts'
import { settingsSchema } from '../../../shared/contract/settings.ts'
import type { TerminalState } from '../../../shared/contract/terminals.ts'
import { activeTab, closeTab, endClosed, openTab, reopenTab, useWorkspace } from '../../workspace/workspace-store.ts'
import type { TerminalHooks } from './terminal-client.ts'
import { Terminals, type TerminalsParts } from './terminals.ts'
import { useTerminalStates } from '../../mirrors/terminals.ts'

const seen = vi.hoisted(() => ({ listeners: new Set<unknown>(), hooks: undefined as unknown, connected: true }))

// An xterm needs a page to be drawn in, but these tests only use what depends on it.
vi.mock('./terminal-client.ts', () => ({
  TerminalClient: class {
    readonly size = { cols: 80, rows: 24 }
    readonly arrived = Promise.resolve()
    readonly connected = seen.connected
    constructor(
      readonly id: string,
      _options: unknown,
      hooks: unknown,
    ) {
      seen.hooks = hooks
    }
    onDisposed(listener: unknown) {
      seen.listeners.add(listener)
      return { dispose: () => seen.listeners.delete(listener) }
    }
    onOpened() {}
    setWidths() {}
    expectShell() {}
    lose() {}
    dispose() {}
  },
}))

const local = { kind: 'local' } as const
const states: Readonly<Record<string, TerminalState | undefined>> = {
  'never connected': undefined,
  connecting: { kind: 'connecting', step: 'Connecting' },
  asking: { kind: 'asking' },
  lost: { kind: 'lost', error: { code: 'lost', message: 'gone' } },
  failed: { kind: 'failed', error: { code: 'refused', message: 'no' } },
  exited: { kind: 'exited', exit: { code: 0, signal: null } },
}

function setUp(open: () => Promise<void> = () => Promise.resolve()) {
  const expected = new Set<string>()
  const shortcuts: { keys: string; toShell: boolean }[] = []
  const close = vi.fn(() => Promise.resolve())
  const opened = vi.fn(open)
  const attach = vi.fn((_asked: { id: string; portId: string }) => Promise.resolve())
  const parts = {
    api: { terminals: { open: opened, close, attach, resize: () => Promise.resolve() } },
    ports: {
      expect: (id: string) => {
        expected.add(id)
        return toDisposable(() => expected.delete(id))
      },
    },
    settings: () => settingsSchema.parse({}),
    isDark: () => true,
    lookFor: () => ({ theme: null, fontSize: null }),
    openLink: () => {},
    onKey: (event: KeyboardEvent, toShell: boolean) => {
      shortcuts.push({ keys: `${event.ctrlKey ? 'Ctrl+' : ''}${event.key}`, toShell })
      return event.ctrlKey && event.key === 'Tab'
    },
    onProblem: () => {},
    onOpened: () => {},
  } as unknown as TerminalsParts
  const terminals = new Terminals(parts)
  const pane = openTab(local, 'shell')
  terminals.client(pane.id, local)
  const hooks = seen.hooks as TerminalHooks
  const key = (name: string, more: Partial<KeyboardEvent> = {}) => {
    const event = { type: 'keydown', key: name, code: name, repeat: false, target: null, ...more }
    const prevented = vi.fn()
    return { used: hooks.onKey({ ...event, preventDefault: prevented } as unknown as KeyboardEvent), prevented }
  }
  return { terminals, pane, expected, shortcuts, close, opened, attach, key }
}

describe('the terminals of a window', () => {
  beforeEach(() => {
    vi.stubGlobal('window', new EventTarget())
    vi.stubGlobal('Element', class {})
    seen.listeners.clear()
    useTerminalStates.setState({ states: {} })
    useWorkspace.setState({ tabs: [], activeId: 'home', closed: [] })
  })
  afterEach(() => vi.unstubAllGlobals())

  it('leak nothing when a terminal reconnects many times, successfully or not', async () => {
    let fails = false
    const { terminals, pane, expected } = setUp(() =>
      fails ? Promise.reject(new AppError('refused', 'no')) : Promise.resolve(),
    )
    for (let turn = 0; turn < 20; turn++) {
      fails = turn % 2 === 1
      useTerminalStates.setState({ states: {} })
      await terminals.open(pane.id, local)
    }
    expect(seen.listeners.size).toBe(0)
    expect(expected.size).toBe(0)
    terminals.dispose()
  })

  it('keep what main has said of a shell that ended while it was being opened', async () => {
    const said: { state?: TerminalState } = {}
    const opened = vi.fn()
    const { terminals, pane } = setUp(() => {
      useTerminalStates.setState({ states: said.state ? { [pane.id]: said.state } : {} })
      return Promise.resolve()
    })
    terminals.onOpened(opened)
    for (const [before, after, shown] of [
      [states['exited'], { kind: 'exited', exit: { code: 127, signal: null } }, 'exited'],
      [undefined, { kind: 'lost', error: { code: 'lost', message: 'gone' } }, 'lost'],
      [states['exited'], states['connecting'], 'ready'],
      [states['failed'], states['failed'], 'ready'],
    ] as const) {
      useTerminalStates.setState({ states: before ? { [pane.id]: before } : {} })
      said.state = after as TerminalState
      await terminals.open(pane.id, local)
      expect(useTerminalStates.getState().states[pane.id]?.kind).toBe(shown)
    }
    expect(opened).toHaveBeenCalledTimes(2)
    terminals.dispose()
  })

  it('end the shell of a closed pane, but not of a pane that only moves', () => {
    const { terminals, pane, close } = setUp()
    const { tabs } = useWorkspace.getState()
    useWorkspace.setState({ tabs: [...tabs].reverse() })
    expect(close).not.toHaveBeenCalled()
    useWorkspace.setState({ tabs: [] })
    expect(close).toHaveBeenCalledExactlyOnceWith({ id: pane.id })
    terminals.dispose()
  })

  it('end the shells of a closed tab after ten seconds, unless it is reopened', () => {
    vi.useFakeTimers()
    vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout }))
    const { terminals, pane, close } = setUp()
    const tabId = useWorkspace.getState().tabs[0]?.id ?? ''
    closeTab(tabId)
    vi.advanceTimersByTime(9_000)
    expect(reopenTab()).toEqual([pane])
    expect(useWorkspace.getState()).toMatchObject({ activeId: tabId, tabs: [{ panes: { [pane.id]: pane } }] })
    vi.advanceTimersByTime(60_000)
    expect(close).not.toHaveBeenCalled()
    closeTab(tabId)
    vi.advanceTimersByTime(10_000)
    expect(close).toHaveBeenCalledExactlyOnceWith({ id: pane.id })
    const [again] = reopenTab()
    expect(again).toMatchObject({ target: local, title: 'shell' })
    expect(again?.id).not.toBe(pane.id)
    terminals.dispose()
    vi.useRealTimers()
  })

  it('attach once to each shell that an earlier page left running, and to none that is being opened', async () => {
    seen.connected = false
    const { terminals, pane, attach, expected } = setUp()
    seen.connected = true
    const ready = { kind: 'ready', latencyMs: null, weak: [] } as const
    const opening = openTab(local, 'opening')
    useTerminalStates.setState({ states: { [pane.id]: { kind: 'connecting', step: '' } } })
    void terminals.open(opening.id, local)
    useTerminalStates.setState({ states: { [pane.id]: ready, [opening.id]: ready } })
    useTerminalStates.setState({ states: { [pane.id]: { ...ready, latencyMs: 3 } } })
    expect(attach).toHaveBeenCalledExactlyOnceWith({ id: pane.id, portId: expect.any(String) })
    // The port of the page before may arrive now, under the pane's own id: it is not this page's.
    expect(expected).toEqual(new Set([opening.id, attach.mock.lastCall?.[0].portId]))
    await Promise.resolve()
    terminals.dispose()
  })

  it.each(Object.entries(states))('leave every shortcut to the app and Tab to the page while %s', (_name, state) => {
    const { terminals, pane, shortcuts, key } = setUp()
    useTerminalStates.setState({ states: state ? { [pane.id]: state } : {} })
    expect(key('Tab', { ctrlKey: true }).used).toBe(true)
    expect(key('p', { ctrlKey: true }).used).toBe(false)
    expect(shortcuts).toEqual([
      { keys: 'Ctrl+Tab', toShell: false },
      { keys: 'Ctrl+p', toShell: false },
    ])
    // Used, but not prevented: the page moves the focus.
    const tab = key('Tab')
    expect(tab.used).toBe(true)
    expect(tab.prevented).not.toHaveBeenCalled()
    terminals.dispose()
  })

  it('attach again to the session of a pane, also in a tab that was reopened', async () => {
    vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout }))
    const { terminals, opened } = setUp()
    const run = { kind: 'tmux', socket: 'default', session: 'build' } as const
    const pane = openTab(local, 'build', run)
    await terminals.open(pane.id, local)
    expect(opened).toHaveBeenLastCalledWith(expect.objectContaining({ id: pane.id, run }))
    const tabId = activeTab()?.id ?? ''
    closeTab(tabId)
    endClosed(tabId)
    const [again] = reopenTab()
    useTerminalStates.setState({ states: {} })
    await terminals.open(again!.id, local)
    expect(opened).toHaveBeenLastCalledWith(expect.objectContaining({ id: again!.id, run }))
    terminals.dispose()
  })

  it('give a live shell its keys, Tab among them', () => {
    const { terminals, pane, shortcuts, key } = setUp()
    useTerminalStates.setState({ states: { [pane.id]: { kind: 'ready', latencyMs: null, weak: [] } } })
    expect(key('Tab').used).toBe(false)
    expect(key('Enter').used).toBe(false)
    expect(shortcuts.every(({ toShell }) => toShell)).toBe(true)
    terminals.dispose()
  })

  it('connect on Enter, and don’t send that Enter to the new shell', () => {
    const { terminals, pane, opened, key } = setUp()
    expect(key('Enter')).toMatchObject({ used: true })
    expect(opened).toHaveBeenCalledOnce()
    useTerminalStates.setState({ states: { [pane.id]: { kind: 'ready', latencyMs: null, weak: [] } } })
    const held = key('Enter', { repeat: true })
    expect(held.used).toBe(true)
    expect(held.prevented).toHaveBeenCalled()
    terminals.dispose()
  })

  it.each(['keydown', 'keypress'])('don’t send a key that closed a dialog to the shell (%s)', type => {
    const { terminals, pane, key } = setUp()
    useTerminalStates.setState({ states: { [pane.id]: { kind: 'ready', latencyMs: null, weak: [] } } })
    const event = Object.assign(new Event('keydown'), { key: 'Enter', code: 'Enter', repeat: false })
    window.dispatchEvent(event)
    const inside = { closest: () => ({}) }
    Object.setPrototypeOf(inside, Element.prototype)
    const late = key('Enter', { type, repeat: type === 'keydown', target: inside as unknown as EventTarget })
    expect(late.used).toBe(true)
    expect(late.prevented).toHaveBeenCalled()
    terminals.dispose()
  })
})
