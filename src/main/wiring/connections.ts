import { homedir, hostname, networkInterfaces, userInfo } from 'node:os'
import { join } from 'node:path'

import { toDisposable, type DisposableStore } from '../../shared/base/lifecycle.ts'
import type { ActivityService } from '../activity/activity-service.ts'
import type { HostService } from '../hosts/host-service.ts'
import type { PromptService } from '../prompts/prompt-service.ts'
import type { ConsentStore } from '../ssh-config/consents.ts'
import { LiveConfig } from '../ssh-config/live-config.ts'
import type { LocalFacts } from '../ssh-config/tokens.ts'
import type { Connection } from '../ssh/connection.ts'
import type { PlannedHop } from '../ssh/connection-plan.ts'
import { ConnectionPool } from '../ssh/connection-pool.ts'
import { Connections } from '../ssh/connections.ts'
import { Dialer } from '../ssh/dialer.ts'
import { KeyRing } from '../ssh/key-ring.ts'
import { hasAddress } from '../ssh/network-watch.ts'
import { Redials } from '../ssh/redials.ts'
import { KnownHostsFile } from '../ssh/known-hosts-file.ts'
import { agentSigners, agentSocket } from '../ssh/signer.ts'
import { vaultKeyName } from '../storage/secret-names.ts'
import type { Vault } from '../storage/vault.ts'
import type { Environment } from './environment.ts'

/** Signing in, and what it goes by. */
export interface SignIn {
  readonly connections: Connections
  readonly dialer: Dialer
  readonly keys: KeyRing
  readonly knownHosts: KnownHostsFile
  /** The socket of the default agent; null if there is none. */
  readonly agentSocket: () => string | null
}

// A connection outlives its last shell for a moment, so that closing a tab and opening another needs no new sign-in.
const graceMs = 30_000
const watchMs = 1_000

/** Opens the user's SSH config and the system's. */
export function openConfig({ sshFolder, systemConfig, env, reportBug }: Environment): Promise<LiveConfig> {
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

interface ConnectionInput {
  readonly store: DisposableStore
  readonly prompts: PromptService
  readonly vault: Vault
  readonly activity: ActivityService
  readonly hosts: HostService
  readonly config: LiveConfig
  readonly consents: ConsentStore
}

/** Builds the services that plan, dial and sign in. */
export function buildConnections(environment: Environment, input: ConnectionInput): SignIn {
  const { env, environmentReady, sshFolder, keyWorker, network, showNotice, reportBug } = environment
  const { store, prompts, vault, activity, hosts, config, consents } = input
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
    onNetworkChanged: network.onChanged,
    onForgotten: error =>
      showNotice('warning', `Couldn’t save your answer. ${error instanceof Error ? error.message : ''}`.trim()),
  })
  store.add(vault.onChanged(status => (status.state === 'locked' ? keys.forget() : undefined)))
  store.add(toDisposable(() => keys.forget()))
  const pool = store.add(new ConnectionPool<Connection>(options => dialer.dial(options), graceMs))
  const redials = store.add(new Redials())
  store.add(pool.onOpened(login => redials.now(login)))
  // Detects connections that were lost in the meantime.
  store.add(
    network.onChanged(change =>
      pool.forEach(connection => {
        const { localAddress } = connection
        const isStranded = localAddress !== null && !hasAddress(localAddress)
        connection.checkNow({ mustAnswer: change === 'woke' || isStranded })
      }),
    ),
  )
  store.add(network.onChanged(() => redials.now()))
  const ready = environmentReady
  const connections = new Connections({ pool, hosts, config, consents, prompter: prompts, redials, ready, reportBug })
  return { connections, dialer, keys, knownHosts, agentSocket: socket }
}

function subjectOf(hop: PlannedHop): string {
  return hop.hostId === null ? `${hop.user}@${hop.address}` : hop.label
}
