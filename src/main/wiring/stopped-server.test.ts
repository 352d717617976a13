import { setTimeout as elapsed } from 'node:timers/promises'

import { describe, expect, test } from 'vitest'

import { linkRig, liveAgain, seen } from '../../testing/link-rig.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'

describe.skipIf(!hasOpenSsh || lacks('ps'))('a server that is stopped', () => {
  test('goes on with the same shells, and receives once what was typed meanwhile', async () => {
    const rig = await linkRig()
    const { user, server } = rig
    await liveAgain(rig, 'before')
    const signIns = server.signIns
    server.signal('connections', 'SIGSTOP')
    await rig.mark(0, 'meanwhile')
    await seen(rig, ['stalled', 'stalled', 'up'], 10_000)
    expect(rig.marks('meanwhile')).toBe(0)
    server.signal('connections', 'SIGCONT')
    await liveAgain(rig, 'after')
    expect(rig.marks('meanwhile')).toBe(1)
    expect(server.signIns).toBe(signIns)
    // The screen is the one from before, continued.
    const lines = await user.screen(0)
    expect(lines.filter(line => /^<.*>$/.test(line))).toEqual(['<before-0>', '<meanwhile>', '<after-0>'])
  }, 30_000)

  test('for good is replaced by the one that is started in its place', async () => {
    const rig = await linkRig()
    const { user, server } = rig
    const signIns = server.signIns
    server.signal('all', 'SIGSTOP')
    await rig.mark(0, 'meanwhile')
    await user.note('woke')
    await seen(rig, ['reconnecting', 'reconnecting', 'starting'], 10_000)
    server.signal('all', 'SIGKILL')
    await server.restart()
    const took = await liveAgain(rig, 'after')
    expect(rig.marks('meanwhile')).toBe(0)
    expect(server.signIns).toBe(signIns + 1)
    console.log(`live again after ${took} ms`)
  }, 30_000)

  // The connections are lost after 45 s; those of a server that still listens are replaced while it is stopped.
  test.runIf(process.env['HAWSER_LONG_TESTS']).each(['connections', 'all'] as const)(
    'for a minute (%s) is live within seconds of its return, and types nothing twice',
    async which => {
      const rig = await linkRig()
      const signIns = rig.server.signIns
      rig.server.signal(which, 'SIGSTOP')
      await rig.mark(0, 'meanwhile')
      await elapsed(60_000)
      rig.server.signal(which, 'SIGCONT')
      const took = await liveAgain(rig, 'after')
      console.log(`live again after ${took} ms`)
      expect(rig.server.signIns).toBe(signIns + 1)
      expect(rig.marks('meanwhile')).toBeLessThanOrEqual(1)
    },
    120_000,
  )
})
