import { pathToFileURL } from 'node:url'

import type { PlannedHop } from '../main/ssh/connection-plan.ts'
import { ConnectionPool } from '../main/ssh/connection-pool.ts'
import type { Connection } from '../main/ssh/connection.ts'
import { Dialer } from '../main/ssh/dialer.ts'
import { usualOptions } from '../main/ssh/hop-options.ts'
import { KeyRing } from '../main/ssh/key-ring.ts'
import { KnownHostsFile } from '../main/ssh/known-hosts-file.ts'

/** The server of a benchmark, and the files needed to sign in to it. */
export interface BenchServer {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly keyFile: string
  readonly sshFolder: string
  readonly worker: string
}

/** The real dialer and pool, for programs without a window: every new host key is trusted. */
export function benchPool(server: BenchServer): { pool: ConnectionPool<Connection>; hop: PlannedHop } {
  const { address, port, user, keyFile, sshFolder, worker } = server
  const common = {
    key: 'bench',
    label: 'bench',
    signIn: 'key',
    weakAlgorithms: false,
    saved: true,
    hostId: null,
    via: [],
    pending: [],
  } as const
  const dialer = new Dialer({
    prompter: { ask: question => Promise.resolve(question.kind === 'new-key' ? { kind: 'trust' } : null) },
    knownHosts: new KnownHostsFile(sshFolder),
    secrets: { locked: false, get: () => Promise.resolve(null), set: () => Promise.resolve() },
    keys: new KeyRing({ sshFolder, worker: pathToFileURL(worker) }),
    agent: () => Promise.resolve([]),
    agentSocket: null,
    consents: { has: () => false, add: () => Promise.resolve() },
    onKeyDecision: () => {},
    onBanner: () => {},
    onForgotten: () => {},
  })
  return {
    pool: new ConnectionPool<Connection>(options => dialer.dial(options), 30_000),
    hop: { address, port, user, keyFile, ...common, options: usualOptions },
  }
}
