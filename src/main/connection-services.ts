import { homedir, hostname, networkInterfaces, userInfo } from 'node:os'
import { join } from 'node:path'

import { AppError } from '../shared/base/errors.ts'
import { toDisposable, type DisposableStore } from '../shared/base/lifecycle.ts'
import type { Host } from '../shared/contract/hosts.ts'
import type { Question } from '../shared/contract/prompts.ts'
import type { Target } from '../shared/contract/targets.ts'
import type { ActivityService } from './activity/activity-service.ts'
import type { HostService } from './hosts/host-service.ts'
import type { PromptService } from './prompts/prompt-service.ts'
import type { Outside } from './services.ts'
import type { ConsentStore } from './ssh-config/consents.ts'
import { findOut } from './ssh-config/find-out.ts'
import { LiveConfig } from './ssh-config/live-config.ts'
import type { LocalFacts } from './ssh-config/tokens.ts'
import type { Connection } from './ssh/connection.ts'
import { planConnection, type ConfigView, type ConnectionPlan, type PlannedHop } from './ssh/connection-plan.ts'
import { ConnectionPool, type Lease, type LeaseOptions } from './ssh/connection-pool.ts'
import { Dialer } from './ssh/dialer.ts'
import { KeyRing } from './ssh/key-ring.ts'
import { KnownHostsFile } from './ssh/known-hosts-file.ts'
import { agentSigners, agentSocket } from './ssh/signer.ts'
import { vaultKeyName } from './storage/secret-names.ts'
import type { Vault } from './storage/vault.ts'

/** Connection plans, and the shared connections. */
export interface Connections {
  readonly pool: ConnectionPool<Connection>
  readonly dialer: Dialer
  readonly keys: KeyRing
  readonly knownHosts: KnownHostsFile
  /** The socket of the default agent; null if there is none. */
  readonly agentSocket: string | null
  /** Plans with what is known now, for display and comparison; facts that need a command or lookup are left open. */
  plan(target: Target): ConnectionPlan
  /** Plans a dial: everything it depends on is asked, run and looked up first. */
  prepare(target: Target, options: LeaseOptions): Promise<ConnectionPlan>
  /** Leases the shared connection to a target. */
  lease(target: Target, options: LeaseOptions): Promise<Lease<Connection>>
}

// A connection outlives its last shell for a moment, so that closing a tab and opening another needs no new sign-in.
const graceMs = 30_000
const maxRounds = 32
const watchMs = 1_000

/** Opens the user's SSH config and the system's. */
export function openConfig({ sshFolder, systemConfig, env, reportBug }: Outside): Promise<LiveConfig> {
  const { username: user, uid } = userInfo()
  const facts: LocalFacts = { user, uid, home: homedir(), hostName: hostname(), env, sshFolder, addresses }
  const files = [
    { path: join(sshFolder, 'config'), system: false },
    ...(systemConfig === null ? [] : [{ path: systemConfig, system: true }]),
  ]
  return LiveConfig.open({ files, facts, watchMs, reportBug })
}

function addresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap(ends => (ends ?? []).map(({ address }) => address))
}

interface ConnectionParts {
  readonly store: DisposableStore
  readonly prompts: PromptService
  readonly vault: Vault
  readonly activity: ActivityService
  readonly hosts: HostService
  readonly config: LiveConfig
  readonly consents: ConsentStore
}

/** Builds the services that plan, dial and sign in. */
export function buildConnections(outside: Outside, parts: ConnectionParts): Connections {
  const { env, environmentReady, sshFolder, keyWorker, network, tell } = outside
  const { store, prompts, vault, activity, hosts, config, consents } = parts
  // Evaluated each time: the login shell's environment is added to a desktop's while the program starts.
  const socket = () => agentSocket(env, process.platform)
  const keys = new KeyRing({ sshFolder, worker: keyWorker, vaultKey: name => vault.get(vaultKeyName(name)) })
  const knownHosts = new KnownHostsFile(sshFolder)
  const dialer = new Dialer({
    prompter: prompts,
    knownHosts,
    secrets: vault,
    keys,
    consents,
    get agentSocket() {
      return socket()
    },
    agent: asked => (asked === 'none' ? Promise.resolve([]) : agentSigners(asked ?? socket())),
    onKeyDecision: (kind, hop, key) => activity.add(kind, subjectOf(hop), `${key.type} ${key.fingerprint}`),
    onBanner: (hop, { fromServer }) => activity.add('said', subjectOf(hop), fromServer),
    onForgotten: error =>
      tell('warning', `Couldn’t save your answer. ${error instanceof Error ? error.message : ''}`.trim()),
  })
  store.add(vault.onChanged(status => (status.state === 'locked' ? keys.forget() : undefined)))
  store.add(toDisposable(() => keys.forget()))
  const pool = store.add(new ConnectionPool<Connection>(options => dialer.dial(options), graceMs))
  // Detects connections that were lost in the meantime.
  store.add(network.onChanged(() => pool.forEach(connection => connection.checkNow())))

  const plan = planner(hosts, config, config.resolve.bind(config))
  const fresh = planner(hosts, config, config.resolveFresh.bind(config))
  const prepare = preparer(fresh, { prompts, config, consents })
  return {
    pool,
    dialer,
    keys,
    knownHosts,
    get agentSocket() {
      return socket()
    },
    plan,
    prepare,
    lease: async (target, options) => {
      await environmentReady
      return pool.lease(await prepare(target, options), options)
    },
  }
}

function planner(hosts: HostService, config: LiveConfig, resolve: ConfigView['resolve']): Connections['plan'] {
  const view: ConfigView = { nameOf: hosts.configName.bind(hosts), resolve, problem: () => config.notes[0] ?? null }
  return target => {
    if (target.kind === 'local') throw new AppError('invalid-input', 'SSH is not used for this computer.')
    const { hosts: all, groups } = hosts
    return planConnection(target, { hosts: all, groups, localUser: config.facts.user, config: view })
  }
}

/** Plans repeatedly until nothing is pending, since an answer may enable config lines that ask another question. */
function preparer(
  plan: Connections['plan'],
  { prompts, config, consents }: { prompts: PromptService; config: LiveConfig; consents: ConsentStore },
): Connections['prepare'] {
  return async (target, { quiet = false, onStep, signal, asker = 'person' }) => {
    await config.refresh()
    for (let round = 0; round < maxRounds; round++) {
      const planned = plan(target)
      const pending = planned.flatMap(hop => hop.pending)
      if (pending.length === 0) return planned
      const label = (planned.at(-1) as PlannedHop).label
      const ask = (question: Question) => {
        if (quiet)
          throw new AppError(
            'needs-answer',
            `${label} needs your input, and a background connection can’t ask for it. Connect to it first.`,
          )
        onStep({ kind: 'asking' })
        return prompts.ask(question, { asker, signal })
      }
      await findOut(pending, { config, consents, label, ask, signal })
    }
    throw new AppError('invalid-input', 'The SSH config keeps leading to new questions. Check its Match exec lines.')
  }
}

/** Returns the name of a target for the Activity page. */
export function targetName(target: Target, hosts: readonly Host[]): string {
  if (target.kind === 'local') return 'This computer'
  if (target.kind === 'address') return `${target.user === null ? '' : `${target.user}@`}${target.address}`
  return hosts.find(host => host.id === target.hostId)?.label ?? 'Deleted host'
}

function subjectOf(hop: PlannedHop): string {
  return hop.hostId === null ? `${hop.user}@${hop.address}` : hop.label
}
