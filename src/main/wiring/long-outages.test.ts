import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'

import { open as openProxy, type Link } from '../../../scripts/tcp-proxy.mjs'
import { linkRig, liveAgain, type LinkRig } from '../../testing/link-rig.ts'
import { live } from '../../testing/link-user.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'

interface Outage {
  readonly start: (link: Link, rig: LinkRig) => void
  readonly end: (link: Link, rig: LinkRig) => void | Promise<void>
}

const outages: Readonly<Record<string, Outage>> = {
  'that swallows everything': { start: link => link.stall(), end: link => link.stall(false) },
  'that resets every connection': {
    start: link => (link.refuse(), link.reset()),
    end: link => link.refuse(false),
  },
  'to a server that is stopped': {
    start: (_, { server }) => server.signal('all', 'SIGSTOP'),
    end: (_, { server }) => server.signal('all', 'SIGCONT'),
  },
  'to a server that is stopped, killed and started anew': {
    start: (_, { server }) => server.signal('all', 'SIGSTOP'),
    end: (_, { server }) => (server.signal('all', 'SIGKILL'), server.restart()),
  },
  'to a server that is down': {
    start: (_, { server }) => server.signal('all', 'SIGKILL'),
    end: (_, { server }) => server.restart(),
  },
}

// Retries and time limits overlap differently at each.
const lengths = process.env['HAWSER_LONG_TESTS'] ? [60, 75, 300, 600, 610, 620, 630, 640, 650] : [615]

// The clock moves by itself as usual, and by jumps: servers and sockets are real and don’t notice.
const faked = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] as const
const realTimeout = setTimeout
const step = 1.5

/** Lets time pass; what the network answers to a step is there before the next one. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += step) {
    await vi.advanceTimersByTimeAsync(step * 1_000)
    await new Promise(resolve => realTimeout(resolve, 2))
  }
}

describe.skipIf(!hasOpenSsh || lacks('ps')).each(Object.entries(outages))('a link %s', (_, { start, end }) => {
  beforeEach(() => void vi.useFakeTimers({ toFake: [...faked], shouldAdvanceTime: true }))
  afterEach(() => void vi.useRealTimers())

  test.each(lengths)('for %i seconds is live within seconds of its return, by one sign-in', async length => {
    let link: Link | undefined
    const rig = await linkRig({
      host: async ({ host }) => {
        link = await openProxy(host.port)
        onTestFinished(() => link?.close())
        return { ...host, port: link.port }
      },
    })
    const through = link as Link
    await liveAgain(rig, 'before')
    const signIns = rig.server.signIns
    start(through, rig)
    await rig.mark(0, 'meanwhile')
    await pass(length)
    for (const state of await rig.user.states()) expect(live).not.toContain(state)
    await end(through, rig)
    const took = await liveAgain(rig, 'after')
    console.log(`live again after ${took} ms`)
    expect(took).toBeLessThan(5_000)
    expect(rig.server.signIns).toBe(signIns + 1)
    expect(rig.marks('meanwhile')).toBeLessThanOrEqual(1)
  })
})
