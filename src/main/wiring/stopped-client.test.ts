import { setTimeout as elapsed } from 'node:timers/promises'

import { describe, expect, test, vi } from 'vitest'

import { linkRig, liveAgain, type LinkRig } from '../../testing/link-rig.ts'
import type { LinkHost } from '../../testing/link-user.ts'
import { startLinkUser, type LinkUserProcess } from '../../testing/link-user-process.ts'
import { hasOpenSsh } from '../../testing/open-ssh.ts'
import { lacks } from '../../testing/programs.ts'

// Hawser notices a stop of more than 5 s by itself; a connection may be silent for 45 s.
const seconds = process.env['HAWSER_LONG_TESTS'] ? 60 : 7

async function stoppableRig(): Promise<LinkRig & { readonly process: LinkUserProcess }> {
  let process: LinkUserProcess | undefined
  const open = async (folder: string, host: LinkHost) => (process = await startLinkUser(folder, host))
  return { ...(await linkRig({ open })), process: process as unknown as LinkUserProcess }
}

describe.skipIf(!hasOpenSsh || lacks('ps'))('a Hawser that was stopped', () => {
  const limit = (seconds + 60) * 1_000

  test(
    `for ${seconds} seconds goes on with the same shells, having sent once what was typed before`,
    async () => {
      const rig = await stoppableRig()
      const { user, server } = rig
      await liveAgain(rig, 'before')
      const signIns = server.signIns
      await rig.mark(0, 'meanwhile')
      rig.process.signal('SIGSTOP')
      // The passing of real time is what is tested.
      await elapsed(seconds * 1_000)
      rig.process.signal('SIGCONT')
      const took = await liveAgain(rig, 'after')
      console.log(`live again after ${took} ms`)
      expect(server.signIns).toBe(signIns)
      expect(rig.marks('meanwhile')).toBe(1)
      // The screen is the one from before, continued.
      const lines = (await user.screen(0)).filter(line => /^<.*>$/.test(line))
      expect(lines).toEqual(['<before-0>', '<meanwhile>', '<after-0>'])
    },
    limit,
  )

  test('finds the server that was started anew meanwhile', async () => {
    const rig = await stoppableRig()
    const { server } = rig
    const signIns = server.signIns
    rig.process.signal('SIGSTOP')
    server.signal('all', 'SIGKILL')
    await server.restart()
    rig.process.signal('SIGCONT')
    // Until the loss is noticed, everything still looks live.
    await vi.waitFor(() => expect(server.signIns).toBe(signIns + 1), { timeout: 4_000 })
    await liveAgain(rig, 'after')
    expect(server.signIns).toBe(signIns + 1)
  })
})
