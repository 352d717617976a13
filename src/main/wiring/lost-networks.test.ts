import { setTimeout as elapsed } from 'node:timers/promises'

import { describe, expect, onTestFinished, test } from 'vitest'

import { linkRig, liveAgain, seen, type LinkRig } from '../../testing/link-rig.ts'
import { LinkServer } from '../../testing/link-server.ts'
import { startLinkUser } from '../../testing/link-user-process.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'
import { canMakeNetworks, TwoNetworks } from '../../testing/two-networks.ts'

const lost = ['reconnecting', 'reconnecting', 'waiting']
const dialing = ['reconnecting', 'reconnecting', 'starting']

async function networkRig(): Promise<LinkRig & { readonly networks: TwoNetworks }> {
  const networks = new TwoNetworks()
  onTestFinished(() => networks.dispose())
  const within = (side: 'client' | 'server') => networks.within(side)
  const rig = await linkRig({
    server: folder => LinkServer.start(folder, { within: within('server'), address: networks.serverAddress }),
    open: (folder, host) => startLinkUser(folder, host, within('client')),
  })
  return { ...rig, networks }
}

/** Checks that everything returned by one sign-in. */
async function expectReturn(rig: LinkRig, signIns: number): Promise<void> {
  const took = await liveAgain(rig, 'after')
  console.log(`live again after ${took} ms`)
  expect(rig.server.signIns).toBe(signIns + 1)
  expect(rig.marks('meanwhile')).toBeLessThanOrEqual(1)
}

describe.skipIf(!hasOpenSsh || lacks('ps') || !canMakeNetworks())('a network', () => {
  test.each([
    ['the same address', 'client'],
    ['another address', 'roamed'],
  ] as const)(
    'that loses its address is used as soon as it has %s again',
    async (_, next) => {
      const rig = await networkRig()
      const signIns = rig.server.signIns
      rig.networks.leave()
      await rig.mark(0, 'meanwhile')
      await seen(rig, lost, 12_000)
      rig.networks.join(next)
      await expectReturn(rig, signIns)
    },
    60_000,
  )

  test('that swallows everything while a connection is opened is used as soon as it carries again', async () => {
    const rig = await networkRig()
    rig.networks.repeatLikeOthers()
    const signIns = rig.server.signIns
    rig.networks.swallow(true)
    await rig.mark(0, 'meanwhile')
    await rig.user.note('woke')
    await seen(rig, dialing, 10_000)
    // SYNs are repeated after 1, 3 and 7 s, and then only after 15.
    await elapsed(7_500)
    rig.networks.swallow(false)
    await expectReturn(rig, signIns)
  }, 60_000)

  test('that is left during a sign-in does not hold up the one on the next network', async () => {
    const rig = await networkRig()
    const signIns = rig.server.signIns
    rig.server.signal('all', 'SIGSTOP')
    await rig.user.note('woke')
    await seen(rig, dialing, 10_000)
    rig.networks.leave()
    rig.networks.join('roamed')
    rig.server.signal('all', 'SIGCONT')
    await expectReturn(rig, signIns)
  }, 60_000)

  test.runIf(process.env['HAWSER_LONG_TESTS']).each([60, 75, 90])(
    'that swallows everything for %i seconds is used within seconds of its return',
    async seconds => {
      const rig = await networkRig()
      rig.networks.repeatLikeOthers()
      const signIns = rig.server.signIns
      rig.networks.swallow(true)
      await rig.mark(0, 'meanwhile')
      await elapsed(seconds * 1_000)
      rig.networks.swallow(false)
      await expectReturn(rig, signIns)
    },
    180_000,
  )
})
