import { beforeEach, describe, expect, it, vi } from 'vitest'

import { AppError } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { SessionRun } from '../../../shared/contract/session-run.ts'
import type { HostSession, SessionList } from '../../../shared/contract/sessions.ts'
import { useNotices } from '../../mirrors/notices.ts'
import { SessionActions } from './session-actions.ts'
import type { RemoteTarget } from './session-text.ts'
import { sessionsOf, useSessions } from './sessions-state.ts'

const target: RemoteTarget = {
  kind: 'address',
  address: 'box',
  port: null,
  user: null,
  jumps: [],
  keyFile: null,
}
const run = (id: string): SessionRun => ({
  kind: 'tmux',
  socket: 'default',
  session: 'build',
  known: { id, created: 5 },
})
const session = (id: string, command: string): HostSession => ({
  run: run(id),
  name: 'build',
  windows: 1,
  clients: 0,
  created: 5,
  active: 5,
  folder: '/',
  command,
  running: [command],
})
const listOf = (...sessions: readonly HostSession[]): SessionList => ({ tmux: '3.3a', sessions, problems: [] })

type Answer = () => Promise<SessionList | null>
const answered =
  (list: SessionList | null): Answer =>
  () =>
    Promise.resolve(list)

function setUp(...answers: readonly Answer[]) {
  const left = [...answers]
  const api = {
    list: vi.fn(async () => (await left.shift()?.()) ?? null),
    create: vi.fn(async () => run('$7')),
    end: vi.fn(() => Promise.resolve()),
    detachOthers: vi.fn(async () => 2),
  }
  const attachSession = vi.fn()
  const actions = new SessionActions({ sessions: api } as unknown as Api, { attachSession })
  return { actions, api, attachSession }
}

describe('the actions on sessions', () => {
  beforeEach(() => {
    vi.stubGlobal('window', { setTimeout: () => 0 })
    useSessions.setState({ hosts: {}, dialog: null })
    useNotices.setState({ local: [] })
    return () => vi.unstubAllGlobals()
  })

  it('keep the newest list, in whatever order the answers come', async () => {
    let answerFirst = (_list: SessionList) => {}
    const first = new Promise<SessionList>(resolve => (answerFirst = resolve))
    const { actions } = setUp(() => first, answered(listOf(session('$1', 'vim'))))
    actions.refresh(target)
    actions.refresh(target)
    await vi.waitFor(() => expect(sessionsOf(target).busy).toBe(false))
    answerFirst(listOf())
    await new Promise(resolve => setImmediate(resolve))
    expect(sessionsOf(target).list?.sessions).toHaveLength(1)
  })

  it('tell a host that is not connected from one that fails', async () => {
    const { actions } = setUp(answered(null), () => Promise.reject(new AppError('lost', 'gone')))
    actions.refresh(target)
    await vi.waitFor(() => expect(sessionsOf(target)).toMatchObject({ offline: true, error: null, busy: false }))
    actions.refresh(target)
    await vi.waitFor(() => expect(sessionsOf(target)).toMatchObject({ offline: false, error: 'gone', busy: false }))
  })

  it('ask about what runs now, not about what ran when the list was drawn', async () => {
    const { actions } = setUp(answered(listOf(session('$1', 'python3'), session('$2', 'bash'))))
    await actions.askToEnd(target, session('$1', 'bash'))
    expect(useSessions.getState().dialog).toMatchObject({
      kind: 'end',
      all: false,
      sessions: [{ running: ['python3'] }],
    })
  })

  it('ask nothing about a session that has ended, also if another one has its id', async () => {
    const other = { ...session('$1', 'bash'), run: { ...run('$1'), known: { id: '$1', created: 6 } } as SessionRun }
    const { actions } = setUp(answered(listOf(other)))
    await actions.askToEnd(target, session('$1', 'bash'))
    expect(useSessions.getState().dialog).toBeNull()
    expect(useNotices.getState().local.map(({ text }) => text)).toEqual(['build has already ended.'])
  })

  it('attach a new session only if wanted, and list again after each action', async () => {
    const { actions, api, attachSession } = setUp()
    await actions.create(target, { name: 'a', folder: '', attach: false })
    expect(attachSession).not.toHaveBeenCalled()
    await actions.create(target, { name: 'a', folder: '', attach: true })
    expect(attachSession).toHaveBeenCalledExactlyOnceWith(target, run('$7'))
    await actions.detachOthers(target, session('$1', 'vim'))
    expect(useNotices.getState().local.at(-1)?.text).toBe('Detached 2 other terminals from build.')
    await actions.end(target, [session('$1', 'vim')])
    expect(api.end).toHaveBeenCalledExactlyOnceWith({ target, runs: [run('$1')] })
    expect(api.list).toHaveBeenCalledTimes(4)
  })
})
