import { describe, expect, it } from 'vitest'

import type { HostSession } from '../../../shared/contract/sessions.ts'
import { doingText, endingText, factsText, sessionKey } from './session-text.ts'

const now = 1_800_000_000_000
const session: HostSession = {
  run: { kind: 'tmux', socket: 'default', session: 'build', known: { id: '$1', created: 5 } },
  name: 'build',
  windows: 2,
  clients: 1,
  created: now - 3 * 86_400_000,
  active: now - 30_000,
  folder: '/srv',
  command: 'vim',
  running: ['vim'],
}

describe('the facts about a session', () => {
  it('say what is known, and nothing of what is not', () => {
    expect(factsText(session, now)).toBe('2 windows · attached in 1 terminal · active just now · created 3 days ago')
    expect(factsText({ ...session, windows: 1, clients: 0, active: now - 7_300_000, created: null }, now)).toBe(
      '1 window · not attached · active 2 hours ago',
    )
    const screen = { kind: 'screen', session: '12.a' } as const
    const unknown = { windows: null, clients: 2, created: null, active: null }
    expect(factsText({ ...session, ...unknown, run: screen }, now)).toBe('screen · attached in 2 terminals')
    expect(doingText(session)).toBe('vim in /srv')
    expect(doingText({ ...session, command: '' })).toBe('/srv')
    expect(doingText({ ...session, folder: '' })).toBe('vim')
  })

  it('name what ends with it, programs before shells', () => {
    expect(endingText({ running: ['bash', 'python3', 'bash', 'vim'] })).toBe(
      'python3, vim, and bash (2) are running in it and will be terminated.',
    )
    expect(endingText({ running: ['fish'] })).toBe('fish is running in it and will be terminated.')
    expect(endingText({ running: [] })).toBe('Everything that runs in it will be terminated.')
    const many = Array.from({ length: 10 }, (_, index) => `p${index}`)
    expect(endingText({ running: many })).toContain('p7, and 2 more programs are')
  })

  it('tell sessions with the same name apart', () => {
    const { run } = session
    const others = [
      { ...run, socket: 'hawser' as const },
      { ...run, known: { id: '$2', created: 5 } },
      { ...run, known: { id: '$1', created: 6 } },
      { kind: 'screen' as const, session: 'build' },
      { kind: 'zellij' as const, session: 'build' },
    ]
    expect(new Set([run, ...others].map(each => sessionKey(each as typeof run))).size).toBe(6)
  })
})
