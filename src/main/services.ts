import { join } from 'node:path'

import { DisposableStore, type Disposable } from '../shared/base/lifecycle.ts'
import { activityEntry } from '../shared/contract/activity.ts'
import type { Services } from '../shared/contract/contract.ts'
import type { SideInfo } from '../shared/contract/files.ts'
import { settingsSchema } from '../shared/contract/settings.ts'
import { savedWorkspace } from '../shared/contract/workspace.ts'
import { ActivityService } from './activity/activity-service.ts'
import { buildConnections, openConfig, targetName, type Connections } from './connection-services.ts'
import { buildKeys } from './key-services.ts'
import { buildFileServices } from './file-services.ts'
import { buildForwards } from './forward-services.ts'
import { forwardFile } from './forwards/forward-record.ts'
import type { ForwardService } from './forwards/forward-service.ts'
import { HostService, hostFile } from './hosts/host-service.ts'
import { ImportService } from './imports/import-service.ts'
import { PromptService } from './prompts/prompt-service.ts'
import { SettingsService } from './settings/settings-service.ts'
import { buildSnippets } from './snippet-services.ts'
import type { RunService } from './snippets/run-service.ts'
import { firstSnippets, snippetFile } from './snippets/snippet-record.ts'
import { WorkspaceService } from './settings/workspace-service.ts'
import type { NetworkWatch } from './ssh/network-watch.ts'
import { ConsentStore } from './ssh-config/consents.ts'
import { sweepOrphans } from './storage/atomic-write.ts'
import { JsonFile, type Tell } from './storage/json-file.ts'
import type { Keychain } from './storage/keychain.ts'
import { Vault } from './storage/vault.ts'
import { vaultFile } from './storage/vault-format.ts'
import { VaultService } from './storage/vault-service.ts'
import { startLocalShell } from './terminals/local-shell.ts'
import type { OpenPort } from '../shared/base/stream-port.ts'
import { TerminalService, type TerminalParts } from './terminals/terminal-service.ts'
import { endOf } from './work/end-of.ts'
import { typedShell, type ShellOf } from './typed-shell.ts'
import { transferFile } from './transfers/transfer-record.ts'
import type { TransferService } from './transfers/transfer-service.ts'

export interface Outside {
  readonly dataFolder: string
  readonly sshFolder: string
  /** The system's ssh_config; null if there is none to read. */
  readonly systemConfig: string | null
  readonly env: NodeJS.ProcessEnv
  /** Resolves when `env` is complete; absent if it is complete from the start. */
  readonly environmentReady?: Promise<unknown> | undefined
  readonly keychain: Keychain
  readonly keyWorker: URL
  /** The worker that reads and writes small files. */
  readonly smallFilesWorker: URL
  readonly openPort: OpenPort
  readonly app: Services['app']
  /** Announces network changes; disposed by its owner. */
  readonly network: NetworkWatch
  /** Moves a local file to the trash. */
  readonly trash: (path: string) => Promise<void>
  /** The standard folders of this computer. */
  readonly shortcuts: () => SideInfo['shortcuts']
  /** Notifies the user of finished work, through the system if the window isn't in front. */
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
  readonly runs: RunService
  /** Resolves once everything saved is on disk. */
  flush(): Promise<unknown>
}

/** Builds every service once, by hand, in order. */
export async function buildServices(outside: Outside): Promise<Built> {
  const { dataFolder, tell, reportBug } = outside
  const store = new DisposableStore()
  await sweepOrphans(dataFolder)
  const stores = await openStores(dataFolder, tell)

  const settings = new SettingsService(stores.settings)
  const activity = new ActivityService(stores.activity)
  const prompts = store.add(new PromptService())
  const vault = store.add(new Vault(stores.vault, outside.keychain))
  const vaultService = store.add(new VaultService(vault, () => settings.current.security.autoLockMinutes))
  const config = store.add(await openConfig(outside))
  const hosts = new HostService(stores.hosts, vault, config)
  const { consents } = stores
  const connections = buildConnections(outside, { store, prompts, vault, activity, hosts, config, consents })

  const shellOf = typedShell({ connections, settings, env: outside.env, signal: endOf(store) })
  const terminals = store.add(buildTerminals(outside, { connections, settings, hosts, activity, shellOf }))
  const editor = () => settings.current.files.editor
  const common = { store, connections, prompts, hosts, activity, editor }
  const { edits, files, transfers } = buildFileServices(outside, { ...common, file: stores.transfers })
  const forwards = buildForwards(outside, { ...common, file: stores.forwards })

  const { snippets, runs } = buildSnippets(outside, { ...common, settings, file: stores.snippets, shellOf })
  const { keyService, knownHosts } = buildKeys(outside, { store, connections, prompts, vault, hosts })

  const others = () => ({ settings: settings.current, presets: stores.forwards.value.presets })
  // In the background: a slow keychain must not delay the window.
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
      imports: new ImportService({ hosts, forwards, config, others }),
      keys: keyService,
      knownHosts,
      prompts,
      runs,
      settings,
      snippets,
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
    runs,
    flush: async () => {
      await transfers.flush()
      await flushAll(vault, Object.values(stores))
    },
    dispose: () => store.dispose(),
  }
}

interface TerminalInput {
  readonly connections: Connections
  readonly settings: SettingsService
  readonly hosts: HostService
  readonly activity: ActivityService
  readonly shellOf: ShellOf
}

function buildTerminals(
  { env, environmentReady, openPort, reportBug }: Outside,
  { connections, settings, hosts, activity, shellOf }: TerminalInput,
): TerminalService {
  return new TerminalService({
    prepare: connections.prepare,
    lease: (plan, options) => connections.pool.lease(plan, options),
    shellOf,
    startLocal: async size => {
      await environmentReady
      return startLocalShell({ program: settings.current.terminal.localShell, size, env })
    },
    openPort,
    env,
    onNews: noteNews({ hosts, activity, reportBug }),
  })
}

/** Records connection events in the activity, and when a host was last used. */
function noteNews(parts: {
  hosts: HostService
  activity: ActivityService
  reportBug: Outside['reportBug']
}): TerminalParts['onNews'] {
  const { hosts, activity, reportBug } = parts
  return (kind, target, text) => {
    activity.add(kind, targetName(target, hosts.hosts), text)
    if (kind === 'connected' && target.kind === 'host')
      void hosts.touch(target.hostId, Date.now()).catch(error => reportBug('touch', error))
  }
}

async function flushAll(vault: Vault, files: readonly { flush(): Promise<void> }[]): Promise<void> {
  await vault.settled()
  await Promise.allSettled(files.map(file => file.flush()))
}

/** Opens every file of the data folder; damaged ones are reported. */
async function openStores(dataFolder: string, tell: Tell) {
  const at = (name: string) => ({ path: join(dataFolder, name), tell })
  const [hosts, settings, workspace, activity, transfers, forwards, snippets, consents, vault] = await Promise.all([
    JsonFile.open({ ...at('hosts.json'), schema: hostFile, initial: hostFile.parse({ hosts: [], groups: [] }) }),
    JsonFile.open({ ...at('settings.json'), schema: settingsSchema, initial: settingsSchema.parse({}) }),
    JsonFile.open({ ...at('workspace.json'), schema: savedWorkspace, initial: savedWorkspace.parse({}) }),
    JsonFile.open({ ...at('activity.json'), schema: activityEntry.array().max(500), initial: [] }),
    JsonFile.open({ ...at('transfers.json'), schema: transferFile, initial: transferFile.parse({}) }),
    JsonFile.open({ ...at('forwards.json'), schema: forwardFile, initial: forwardFile.parse({}) }),
    JsonFile.open({ ...at('snippets.json'), schema: snippetFile, initial: firstSnippets() }),
    ConsentStore.open(dataFolder, tell),
    JsonFile.open({ ...at('vault.json'), schema: vaultFile, initial: null }),
  ])
  return { hosts, settings, workspace, activity, transfers, forwards, snippets, consents, vault }
}
