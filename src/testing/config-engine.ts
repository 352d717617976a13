import { homedir, hostname, userInfo } from 'node:os'
import { dirname } from 'node:path'

import { buildProgram, namedHosts } from '../main/ssh-config/config-program.ts'
import { readConfigs } from '../main/ssh-config/config-reading.ts'
import { resolveHost } from '../main/ssh-config/resolve.ts'

/** Reads a config from scratch and resolves one name, like a program without a window. */
export async function readAndResolve(path: string, name: string): Promise<{ names: number; user: string }> {
  const facts = {
    user: userInfo().username,
    uid: userInfo().uid,
    home: homedir(),
    hostName: hostname(),
    env: process.env,
    sshFolder: dirname(path),
  }
  const { sources } = await readConfigs([{ path, system: false }], facts)
  const program = buildProgram(sources, facts.env)
  const answers = { exec: () => undefined, resolves: () => undefined }
  return { names: namedHosts(program).size, user: resolveHost(program, { name, facts, answers }).user }
}
