import { userInfo } from 'node:os'
import { join } from 'node:path'

import { DisposableStore, toDisposable, type Disposable } from '../shared/base/lifecycle.ts'
import { activityEntry } from '../shared/contract/activity.ts'
import type { Services } from '../shared/contract/contract.ts'
import type { SideInfo } from '../shared/contract/files.ts'
import { settingsSchema } from '../shared/contract/settings.ts'
import { savedWorkspace } from '../shared/contract/workspace.ts'
import { ActivityService } from './activity/activity-service.ts'
import { buildFileServices } from './file-services.ts'
import { buildForwards } from './forward-services.ts'
import { forwardFile } from './forwards/forward-record.ts'
import type { ForwardService } from './forwards/forward-service.ts'
import { HostService, hostFile } from './hosts/host-service.ts'
import { PromptService } from './prompts/prompt-service.ts'
import { SettingsService } from './settings/settings-service.ts'
import { WorkspaceService } from './settings/workspace-service.ts'
import type { Connection } from './ssh/connection.ts'
import { planConnection, type PlannedHop } from './ssh/connection-plan.ts'
import { ConnectionPool } from './ssh/connection-pool.ts'
import { Dialer } from './ssh/dialer.ts'
import { KeyRing } from './ssh/key-ring.ts'
import { KnownHostsFile } from './ssh/known-hosts-file.ts'
import { agentSigners, agentSocket } from './ssh/signer.ts'
import { sweepOrphans } from './storage/atomic-write.ts'
import { JsonFile, type Tell } from './storage/json-file.ts'
import type { Keychain } from './storage/keychain.ts'
import { Vault } from './storage/vault.ts'
import { vaultFile } from './storage/vault-format.ts'
import { VaultService } from './storage/vault-service.ts'
import { startLocalShell } from './terminals/local-shell.ts'
import type { OpenPort } from '../shared/base/stream-port.ts'
import { TerminalService, type TerminalParts } from './terminals/terminal-service.ts'

import { transferFile } from './transfers/transfer-record.ts'
import type { TransferService } from './transfers/transfer-service.ts'

export interface Outside {
  readonly dataFolder: string
  readonly sshFolder: string
  readonly env: NodeJS.ProcessEnv
  readonly keychain: Keychain
  readonly keyWorker: URL
  /** The program that reads and places small files. */
  readonly smallFilesWorker: URL
  readonly openPort: OpenPort
  readonly app: Services['app']
  /** Puts a file of this computer into the trash. */
  readonly trash: (path: string) => Promise<void>
  /** Opens a file with the program that the system has for it; answers what went wrong, or nothing. */
  readonly openPath: (path: string) => Promise<string>
  /** The folders of this computer that people look for first. */
  readonly shortcuts: () => SideInfo['shortcuts']
  /** Tells of something that ended, outside the window when nobody looks at it. */
  readonly notify: (text: string) => void
  readonly tell: Tell
  readonly reportBug: (where: string, error: unknown) => void
}

export interface Built extends Disposable {
  readonly services: Services
  readonly vault: VaultService
  readonly settings: SettingsService
  readonly prompts: PromptService
  readonly terminals: TerminalService
  readonly transfers: TransferService
  readonly forwards: ForwardService
  /** After sleep: finds out which connections still live. */
  checkLinks(): void
  /** Answers once everything saved is on the disk. */
  flush(): Promise<unknown>
}

// A login outlives its last shell for a moment, so that closing a tab and opening another costs no sign-in.
const graceMs = 30_000

/** Builds every service once, by hand, in order. */
export async function buildServices(outside: Outside): Promise<Built> {
  const { dataFolder, env, tell, reportBug } = outside
  const store = new DisposableStore()
  await sweepOrphans(dataFolder)
  const stores = await openStores(dataFolder, tell)

  const settings = new SettingsService(stores.settings)
  const activity = new ActivityService(stores.activity)
  const prompts = store.add(new PromptService())
  const vault = store.add(new Vault(stores.vault, outside.keychain))
  const vaultService = store.add(new VaultService(vault, () => settings.current.security.autoLockMinutes))
  const hosts = new HostService(stores.hosts, vault)

  const pool = store.add(buildPool(outside, { store, prompts, vault, activity }))
  const planInput = () => ({ hosts: hosts.hosts, groups: hosts.groups, localUser: userInfo().username })

  const terminals = store.add(
    new TerminalService({
      lease: (plan, options) => pool.lease(plan, options),
      plan: target => planConnection(target, planInput()),
      startLocal: size => startLocalShell({ program: settings.current.terminal.localShell, size, env }),
      openPort: outside.openPort,
      env,
      onNews: noteNews({ hosts, activity, reportBug }),
    }),
  )
  const editor = () => settings.current.files.editor
  const common = { store, pool, prompts, hosts, activity, planInput, editor }
  const { edits, files, transfers } = buildFileServices(outside, { ...common, file: stores.transfers })
  const forwards = buildForwards(outside, { ...common, file: stores.forwards })

  // In the background: a keychain that is slow to answer must not hold up the window.
  void vault.ready()
  const sweep = () => hosts.sweepSecrets().catch(error => reportBug('sweep', error))
  store.add(vault.onChanged(status => void (status.state === 'unlocked' && sweep())))

  return {
    services: {
      activity,
      app: outside.app,
      edits,
      files,
      forwards,
      hosts,
      prompts,
      settings,
      terminals,
      transfers,
      vault: vaultService,
      workspace: new WorkspaceService(stores.workspace),
    },
    vault: vaultService,
    settings,
    prompts,
    terminals,
    transfers,
    forwards,
    checkLinks: () => wakeUp(pool, forwards),
    flush: async () => {
      await transfers.flush()
      await flushAll(vault, Object.values(stores))
    },
    dispose: () => store.dispose(),
  }
}

/** After sleep: what was lost meanwhile is found out, and what waits tries at once. */
function wakeUp(pool: ConnectionPool<Connection>, forwards: ForwardService): void {
  pool.forEach(connection => connection.checkNow())
  forwards.retryAll()
}

/** What dials and signs in, and the connections it made. */
function buildPool(
  { env, sshFolder, keyWorker, tell }: Outside,
  parts: { store: DisposableStore; prompts: PromptService; vault: Vault; activity: ActivityService },
): ConnectionPool<Connection> {
  const { store, prompts, vault, activity } = parts
  const socket = agentSocket(env, process.platform)
  const keys = new KeyRing({ sshFolder, worker: keyWorker })
  const dialer = new Dialer({
    prompter: prompts,
    knownHosts: new KnownHostsFile(sshFolder),
    secrets: vault,
    keys,
    agent: () => agentSigners(socket),
    onKeyDecision: (kind, hop, key) => activity.add(kind, subjectOf(hop), `${key.type} ${key.fingerprint}`),
    onForgotten: error =>
      tell('warning', `The answer was not remembered. ${error instanceof Error ? error.message : ''}`.trim()),
  })
  store.add(vault.onChanged(status => (status.state === 'locked' ? keys.forget() : undefined)))
  store.add(toDisposable(() => keys.forget()))
  return new ConnectionPool<Connection>(options => dialer.dial(options), graceMs)
}

/** Writes what became of a connection into the activity, and when a host was last used. */
function noteNews(parts: {
  hosts: HostService
  activity: ActivityService
  reportBug: Outside['reportBug']
}): TerminalParts['onNews'] {
  const { hosts, activity, reportBug } = parts
  return (kind, target, text) => {
    if (target.kind === 'address') {
      activity.add(kind, `${target.user === null ? '' : `${target.user}@`}${target.address}`, text)
      return
    }
    activity.add(kind, hosts.hosts.find(host => host.id === target.hostId)?.label ?? 'Deleted host', text)
    if (kind === 'connected') void hosts.touch(target.hostId, Date.now()).catch(error => reportBug('touch', error))
  }
}

async function flushAll(vault: Vault, files: readonly { flush(): Promise<void> }[]): Promise<void> {
  await vault.settled()
  await Promise.allSettled(files.map(file => file.flush()))
}

/** Opens every file of the data folder; damaged ones are told. */
async function openStores(dataFolder: string, tell: Tell) {
  const at = (name: string) => ({ path: join(dataFolder, name), tell })
  const [hosts, settings, workspace, activity, transfers, forwards, vault] = await Promise.all([
    JsonFile.open({ ...at('hosts.json'), schema: hostFile, initial: { hosts: [], groups: [], removed: [] } }),
    JsonFile.open({ ...at('settings.json'), schema: settingsSchema, initial: settingsSchema.parse({}) }),
    JsonFile.open({ ...at('workspace.json'), schema: savedWorkspace, initial: savedWorkspace.parse({}) }),
    JsonFile.open({ ...at('activity.json'), schema: activityEntry.array().max(500), initial: [] }),
    JsonFile.open({ ...at('transfers.json'), schema: transferFile, initial: transferFile.parse({}) }),
    JsonFile.open({ ...at('forwards.json'), schema: forwardFile, initial: forwardFile.parse({}) }),
    JsonFile.open({ ...at('vault.json'), schema: vaultFile, initial: null }),
  ])
  return { hosts, settings, workspace, activity, transfers, forwards, vault }
}

function subjectOf(hop: PlannedHop): string {
  return hop.hostId === null ? `${hop.user}@${hop.address}` : hop.label
}
