import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Api } from '../../../shared/contract/contract.ts'
import type { TerminalId } from '../../../shared/contract/terminals.ts'
import type { TmuxLayout, TmuxSession } from '../../../shared/contract/tmux.ts'
import { activateTab, activePane, focusPane, useWorkspace } from '../../workspace/workspace-store.ts'
import { TmuxWindows } from './tmux-windows.ts'

const left = 'left' as TerminalId
const right = 'right' as TerminalId

function session(active: TerminalId): TmuxSession {
  const part = (paneId: TerminalId): TmuxLayout => ({ kind: 'pane', paneId, width: 40, height: 24 })
  const layout: TmuxLayout = { kind: 'row', parts: [part(left), part(right)], width: 81, height: 24 }
  const window = { id: 1, name: 'one', isNamedByProgram: false, isZoomed: false, layout, visible: layout }
  return {
    id: 'work',
    // A new object each time, as from main.
    target: { kind: 'local' },
    run: { kind: 'tmux', socket: 'default', session: 'work' },
    windows: [{ ...window, activePane: active }],
  }
}

describe('the active pane of a tab of tmux', () => {
  let answers: (() => void)[]
  let windows: TmuxWindows
  let said: TerminalId

  beforeEach(() => {
    answers = []
    const select = () => new Promise<void>(resolve => answers.push(resolve))
    const list = () => Promise.resolve([session(said)])
    windows = new TmuxWindows({ select, list } as unknown as Api['tmux'], () => {})
    said = right
    useWorkspace.setState({ tabs: [], activeId: 'home' })
    show(right)
    activateTab(useWorkspace.getState().tabs[0]?.id ?? '')
  })
  afterEach(() => windows.dispose())

  const show = (active: TerminalId) => {
    said = active
    windows.show([session(active)])
  }
  const answer = async () => {
    answers.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  }

  it('is the one that tmux has made active', async () => {
    await answer()
    show(left)
    expect(activePane()?.id).toBe(left)
  })

  it('stays the one that the user chose last while tmux still reports an earlier choice', async () => {
    await answer()
    focusPane(left)
    focusPane(right)
    show(left)
    expect(activePane()?.id).toBe(right)
    await answer()
    show(left)
    expect(activePane()?.id).toBe(right)
    said = right
    await answer()
    expect(activePane()?.id).toBe(right)
  })

  it('is the one that another client of tmux chose after all choices of the user', async () => {
    await answer()
    focusPane(left)
    said = left
    await answer()
    show(right)
    expect(activePane()?.id).toBe(right)
  })

  it('keeps its terminal in the page when something else has changed', () => {
    const before = activePane()?.target
    windows.show([{ ...session(right), run: { kind: 'tmux', socket: 'default', session: 'renamed' } }])
    expect(activePane()).toMatchObject({ run: { session: 'renamed' } })
    expect(activePane()?.target).toBe(before)
  })
})
