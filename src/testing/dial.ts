import { join } from 'node:path'

import type { Answer, Question } from '../shared/contract/prompts.ts'
import type { SecretStore } from '../main/ssh/sign-in-context.ts'
import type { Connection } from '../main/ssh/connection.ts'
import type { ConnectionPlan, PlannedHop } from '../main/ssh/connection-plan.ts'
import { ConnectionPool } from '../main/ssh/connection-pool.ts'
import { Dialer } from '../main/ssh/dialer.ts'
import { usualOptions } from '../main/ssh/hop-options.ts'
import { KeyRing } from '../main/ssh/key-ring.ts'
import { KnownHostsFile } from '../main/ssh/known-hosts-file.ts'
import { probePort } from '../main/ssh/probe-port.ts'
import { Redials, type Lost, type Turn } from '../main/ssh/redials.ts'
import { agentSigners } from '../main/ssh/signer.ts'

export interface DialRig {
  readonly asked: Question[]
  readonly secrets: Map<string, string>
  readonly steps: string[]
  /** The banners that servers sent before the sign-in was complete. */
  readonly banners: readonly string[]
  readonly pool: ConnectionPool<Connection>
  /** What waits to dial the server on a port of this computer again. */
  redial(port: number): { readonly redial: (lost: Lost) => Turn; readonly hurry: () => void }
  /** Opens a connection through the hops; resolves to the last one. */
  dial(...hops: Partial<PlannedHop>[]): Promise<Connection>
  stop(): void
}

/** The real dialer, pool and key ring, with scripted answers to questions. */
export function dialRig(
  folder: string,
  reply: (question: Question) => Answer | null | Promise<Answer | null>,
  agentSocket: string | null = null,
): DialRig {
  const [asked, secrets, steps] = [[] as Question[], new Map<string, string>(), [] as string[]]
  const banners: string[] = []
  const store: SecretStore = {
    locked: false,
    get: async name => secrets.get(name) ?? null,
    set: async (name, secret) => void (secret === null ? secrets.delete(name) : secrets.set(name, secret)),
  }
  const dialer = new Dialer({
    prompter: { ask: async question => (asked.push(question), reply(question)) },
    knownHosts: new KnownHostsFile(join(folder, 'ssh')),
    secrets: store,
    keys: new KeyRing({
      sshFolder: join(folder, 'ssh'),
      worker: new URL('../main/key-formats/key-worker.mjs', import.meta.url),
    }),
    agent: socket => agentSigners(socket ?? agentSocket),
    agentSocket,
    consents: { has: () => false, add: async () => {} },
    onKeyDecision: () => {},
    onBanner: (_hop, text) => banners.push(text.fromServer),
    onForgotten: () => {},
  })
  const pool = new ConnectionPool<Connection>(options => dialer.dial(options), 50)
  const redials = new Redials()
  return {
    asked,
    secrets,
    steps,
    banners,
    pool,
    redial: port => ({
      redial: lost =>
        redials.wait(String(port), lost, async signal =>
          (await probePort({ address: '127.0.0.1', port }, signal)) ? 'there' : 'away',
        ),
      hurry: () => redials.hurry(String(port)),
    }),
    dial: async (...hops) => {
      const whole = hops.map(completeHop)
      const names = whole.map(({ user, address, port }) => `${user}@${address}:${port}`)
      const plan = whole.map((hop, index) => {
        const via = names.slice(0, index)
        return { ...hop, via, key: [hop.key, ...via].join(' via ') }
      }) as unknown as ConnectionPlan
      const lease = await pool.lease(plan, {
        onStep: step =>
          steps.push(step.kind === 'asking' ? 'asking' : `${step.step}${step.said ? `: ${step.said.fromServer}` : ''}`),
        signal: new AbortController().signal,
      })
      return lease.connection
    },
    stop: () => {
      redials.dispose()
      pool.dispose()
    },
  }
}

export function completeHop(hop: Partial<PlannedHop>, index: number): PlannedHop {
  const whole = {
    label: `hop${index}`,
    address: '127.0.0.1',
    port: 22,
    user: 'me',
    signIn: 'ask' as const,
    keyFile: null,
    weakAlgorithms: false,
    saved: true,
    hostId: null,
    options: usualOptions,
    via: [],
    pending: [],
    ...hop,
  }
  return { ...whole, key: `${index} ${whole.user}@${whole.address}:${whole.port} ${whole.signIn}` }
}

/** Trusts every new key, and answers every question with `secrets`. */
export function trusting(...secrets: readonly string[]): (question: Question) => Answer | null {
  const left = [...secrets]
  return question => {
    if (question.kind === 'new-key') return { kind: 'trust' }
    if (question.kind !== 'secrets') return null
    return { kind: 'secrets', secrets: question.prompts.map(() => left.shift() ?? ''), remember: false }
  }
}
