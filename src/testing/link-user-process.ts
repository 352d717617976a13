import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { LinkHost, LinkUser } from './link-user.ts'

export interface LinkCall {
  readonly id: number
  readonly name: 'open' | keyof LinkUser
  readonly args: readonly unknown[]
}

export interface LinkReply {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

/** A user of a link in a process of its own. */
export interface LinkUserProcess extends LinkUser {
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
}

/** Starts the process, in another network namespace if `within` is the command for that, and opens everything. */
export async function startLinkUser(
  folder: string,
  host: LinkHost,
  within: readonly string[] = [],
): Promise<LinkUserProcess> {
  const [runner, program] = ['run-typescript.mjs', 'link-user-program.ts'].map(name =>
    fileURLToPath(new URL(name, import.meta.url)),
  ) as [string, string]
  const [command, ...args] = [...within, process.execPath, runner, program]
  const child = spawn(command as string, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const call = caller(child)
  await call('open', folder, host)
  return {
    states: () => call('states'),
    type: (terminal, text) => call('type', terminal, text),
    screen: terminal => call('screen', terminal),
    throughForward: () => call('throughForward'),
    note: change => call('note', change),
    bugs: () => call('bugs'),
    signal: signal => void child.kill(signal),
    end: async () => {
      child.kill('SIGCONT')
      await call('end')
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

/** Calls the process and waits for its replies. */
function caller(child: ChildProcess): <T>(name: LinkCall['name'], ...args: readonly unknown[]) => Promise<T> {
  const waiting = new Map<number, (reply: LinkReply) => void>()
  let last = 0
  child.on('message', (reply: LinkReply) => {
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  })
  child.once('exit', () => {
    for (const [id, settle] of waiting) settle({ id, error: 'The process has ended.' })
  })
  return <T>(name: LinkCall['name'], ...args: readonly unknown[]) =>
    new Promise<T>((resolve, reject) => {
      const id = ++last
      waiting.set(id, ({ value, error }) => (error === undefined ? resolve(value as T) : reject(new Error(error))))
      child.send({ id, name, args } satisfies LinkCall)
    })
}
