import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'

import type { Target } from '../../../shared/contract/targets.ts'
import type { TerminalState } from '../../../shared/contract/terminals.ts'
import { useNotices } from '../../mirrors/notices.ts'
import { useTerminalStates } from '../../mirrors/terminals.ts'
import { openTab, showHome, useWorkspace } from '../../workspace/workspace-store.ts'
import { pointToSignIns } from './sign-ins.ts'

const host = (address: string): Target => ({
  ...{ kind: 'address', address, port: null, user: null, jumps: [], keyFile: null },
})
const needed: TerminalState = { kind: 'sign-in', error: { code: 'needs-answer', message: 'A password.' } }

function needSignIn(...panes: readonly { readonly id: string }[]): void {
  const { states } = useTerminalStates.getState()
  useTerminalStates.setState({ states: { ...states, ...Object.fromEntries(panes.map(({ id }) => [id, needed])) } })
}

describe('terminals that need a sign-in', () => {
  beforeEach(() => {
    vi.stubGlobal('window', { setTimeout: () => 0 })
    onTestFinished(() => void vi.unstubAllGlobals())
    useTerminalStates.setState({ states: {} })
    useWorkspace.setState({ tabs: [], activeId: 'home', closed: [] })
    useNotices.setState({ local: [] })
    const follow = pointToSignIns()
    onTestFinished(() => follow.dispose())
  })
  const said = () => useNotices.getState().local.map(({ text }) => text)

  it('are pointed to once per host', () => {
    const [a, b, c] = [openTab(host('a'), 'a'), openTab(host('a'), 'a'), openTab(host('b'), 'b')]
    showHome('hosts')
    needSignIn(a, c)
    needSignIn(b)
    expect(said()).toEqual(['Sign-in needed for a.', 'Sign-in needed for b.'])
  })

  it('are not pointed to while a terminal of the host asks in front', () => {
    const [a, b] = [openTab(host('a'), 'a'), openTab(host('a'), 'a')]
    needSignIn(a, b)
    expect(said()).toEqual([])
  })

  it('are pointed to again after another loss', () => {
    const a = openTab(host('a'), 'a')
    showHome('hosts')
    needSignIn(a)
    useTerminalStates.setState({ states: { [a.id]: { kind: 'ready', latencyMs: null, weak: [] } } })
    needSignIn(a)
    expect(said()).toHaveLength(2)
  })
})
