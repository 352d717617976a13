import { randomUUID } from 'node:crypto'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { mkdirSync } from 'node:fs'

import { forward, type Forward } from '../shared/contract/forwards.ts'
import { ForwardRunner } from '../main/forwards/forward-runner.ts'
import { knock } from '../main/forwards/knock.ts'
import { completeHop, dialRig, trusting, type DialRig } from './dial.ts'
import { startOpenSsh } from './open-ssh.ts'

export interface ForwardRig {
  readonly dial: DialRig
  /** Starts one forward; it is stopped with the rig. */
  run(input: Partial<Forward> & Pick<Forward, 'kind' | 'listen' | 'to'>): Promise<ForwardRunner>
  /** How often a connection through it was refused over there. */
  refused(): number
  stop(): void
}

/** A private OpenSSH server, and forwards through it. */
export async function forwardRig(
  folder: string,
  {
    lines = [],
    port,
    signIn = 'key',
  }: {
    readonly lines?: readonly string[]
    readonly port?: (real: number) => Promise<number>
    readonly signIn?: 'key' | 'password'
  } = {},
): Promise<ForwardRig> {
  mkdirSync(folder, { recursive: true })
  const server = await startOpenSsh(folder, lines)
  const dial = dialRig(folder, trusting())
  const at = (await port?.(server.port)) ?? server.port
  const hop = completeHop({ port: at, user: server.user, signIn, keyFile: server.id }, 0)
  const runners: ForwardRunner[] = []
  let refused = 0
  return {
    dial,
    run: async input => {
      const whole = forward.parse({
        id: randomUUID(),
        label: 'test',
        target: { kind: 'address', address: '127.0.0.1' },
        ...input,
      })
      const runner = new ForwardRunner(whole, {
        lease: options => dial.pool.lease([hop], { ...options, noSessions: true }),
        knock: signal => knock({ address: '127.0.0.1', port: at }, signal),
        onChanged: () => {},
        onRefused: () => refused++,
        reportBug: (_where, error) => {
          throw error
        },
      })
      runners.push(runner)
      await runner.start(false)
      return runner
    },
    refused: () => refused,
    stop: () => {
      for (const runner of runners) runner.dispose()
      dial.stop()
      server.stop()
    },
  }
}

/** A TCP server on loopback; answers its port. */
export async function listenOn(server: Server, at: number | string = 0): Promise<number> {
  await new Promise<void>(resolve =>
    typeof at === 'string' ? server.listen(at, resolve) : server.listen(at, '127.0.0.1', resolve),
  )
  return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port
}

/** Sends back what it is sent. */
export function echoServer(): Server {
  return createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => socket.destroy())
    socket.pipe(socket)
  })
}
