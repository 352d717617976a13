import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished } from 'vitest'

import { live, openLinkUser, type LinkHost, type LinkUser } from './link-user.ts'
import { LinkServer } from './link-server.ts'
import { tempDir } from './temp-dir.ts'

/** The time within which everything is live again once the link has returned. */
const soonMs = 5_000

const pollMs = 50

/** Two terminals and a forward on a private server, with what tests ask about them. */
export interface LinkRig {
  readonly user: LinkUser
  readonly server: LinkServer
  /** Types a command that leaves a mark on the server. */
  mark(terminal: number, name: string): Promise<void>
  /** How often the command with this name was run. */
  marks(name: string): number
}

/** Opens everything; `open` says where the user is, `host` what the user dials. */
export async function linkRig({
  open = openLinkUser,
  host = server => server.host,
  server: start = folder => LinkServer.start(folder),
}: {
  readonly open?: (folder: string, host: LinkHost) => Promise<LinkUser>
  readonly host?: (server: LinkServer) => LinkHost | Promise<LinkHost>
  readonly server?: (folder: string) => Promise<LinkServer>
} = {}): Promise<LinkRig> {
  const folder = tempDir()
  const server = await start(join(folder, 'server'))
  onTestFinished(() => server.dispose())
  const user = await open(folder, await host(server))
  onTestFinished(() => user.end())
  await until(async () => expect(await user.states()).toEqual(live), soonMs)
  const at = (name: string) => join(folder, `mark-${name}`)
  return {
    user,
    server,
    mark: (terminal, name) => user.type(terminal, `echo "$$" >> '${at(name)}'; echo "<${name}>"\r`),
    marks: name => (existsSync(at(name)) ? readFileSync(at(name), 'utf8').trim().split('\n').length : 0),
  }
}

/** Waits until all states are as given. */
export async function seen({ user }: LinkRig, states: readonly string[], timeout: number): Promise<void> {
  await until(async () => expect(await user.states()).toEqual(states), timeout)
}

/** Waits until everything is live and works, and returns the milliseconds that took; fails after 5 s. */
export async function liveAgain(rig: LinkRig, name: string): Promise<number> {
  const { user } = rig
  const startedAt = performance.now()
  await seen(rig, live, soonMs)
  const took = Math.round(performance.now() - startedAt)
  for (const terminal of [0, 1]) {
    await rig.mark(terminal, `${name}-${terminal}`)
    // The command's output, once: its echo has quotes around it.
    const output = async () => (await user.screen(terminal)).filter(line => line === `<${name}-${terminal}>`)
    await until(async () => expect(await output()).toHaveLength(1), soonMs)
    expect(rig.marks(`${name}-${terminal}`)).toBe(1)
  }
  expect(await user.throughForward()).toMatch(/^SSH-2\.0-/)
  expect(await user.bugs()).toEqual([])
  return took
}

/** Like `vi.waitFor`, but on the test's own clock, which may be a fake one. */
async function until(check: () => Promise<void>, timeout: number): Promise<void> {
  for (const end = performance.now() + timeout; ; await new Promise(resolve => setTimeout(resolve, pollMs))) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}
