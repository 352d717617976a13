import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import type { Services } from '../../shared/contract/contract.ts'
import { ActivityService } from '../activity/activity-service.ts'
import type { ForwardService } from '../forwards/forward-service.ts'
import { HostService } from '../hosts/host-service.ts'
import { ImportService } from '../imports/import-service.ts'
import { PromptService } from '../prompts/prompt-service.ts'
import { SessionService } from '../sessions/session-service.ts'
import { SettingsService } from '../settings/settings-service.ts'
import { WorkspaceService } from '../settings/workspace-service.ts'
import type { RunService } from '../snippets/run-service.ts'
import { sweepOrphans } from '../storage/atomic-write.ts'
import { Vault } from '../storage/vault.ts'
import { VaultService } from '../storage/vault-service.ts'
import type { TerminalService } from '../terminals/terminal-service.ts'
import type { TransferService } from '../transfers/transfer-service.ts'
import { buildConnections, openConfig } from './connections.ts'
import type { Environment } from './environment.ts'
import { buildFiles } from './files.ts'
import { buildForwards } from './forwards.ts'
import { buildKeys } from './keys.ts'
import { buildSnippets } from './snippets.ts'
import { openStores } from './stores.ts'
import { buildTerminals } from './terminals.ts'

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
export async function buildServices(environment: Environment): Promise<Built> {
  const { dataFolder, showNotice, reportBug } = environment
  const store = new DisposableStore()
  await sweepOrphans(dataFolder)
  const stores = await openStores(dataFolder, showNotice)

  const settings = new SettingsService(stores.settings)
  const activity = new ActivityService(stores.activity)
  const prompts = store.add(new PromptService())
  const vault = store.add(new Vault(stores.vault, environment.keychain))
  const vaultService = store.add(new VaultService(vault, () => settings.current.security.autoLockMinutes))
  const config = store.add(await openConfig(environment))
  const hosts = new HostService(stores.hosts, vault, config)
  const { consents } = stores
  const signIn = buildConnections(environment, { store, prompts, vault, activity, hosts, config, consents })
  const { connections } = signIn

  const { terminals, shellOf } = buildTerminals(environment, { store, connections, settings, hosts, activity })
  const editor = () => settings.current.files.editor
  const common = { store, connections, prompts, hosts, activity, editor }
  const { edits, files, transfers } = buildFiles(environment, { ...common, file: stores.transfers })
  const { forwards, presets } = buildForwards(environment, { ...common, file: stores.forwards })

  const { snippets, runs } = buildSnippets(environment, { ...common, settings, file: stores.snippets, shellOf })
  const sessions = store.add(
    new SessionService({
      run: (target, script, signal) => connections.run(target, script, signal),
      // A host that can't be reached as its config is now is not connected.
      runLive: async (target, script, signal) =>
        connections.isLive(target) ? connections.runLive(target, script, signal) : null,
      nameOf: target => hosts.nameOf(target),
    }),
  )
  const { keys, knownHosts } = buildKeys(environment, { store, signIn, prompts, vault, hosts })

  const others = () => ({ settings: settings.current, presets: stores.forwards.value.presets })
  // In the background: a slow keychain must not delay the window.
  void vault.ready()
  store.add(sweepWhenUnlocked(vault, { hosts, reportBug }))

  return {
    services: {
      activity,
      app: environment.app,
      edits,
      files,
      forwards,
      hosts,
      imports: new ImportService({ hosts, forwards, config, others }),
      keys,
      knownHosts,
      presets,
      prompts,
      runs,
      sessions,
      settings,
      snippets,
      terminals,
      tmux: terminals.tmux,
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

/** The secrets of deleted hosts go as soon as the vault lets them. */
function sweepWhenUnlocked(
  vault: Vault,
  { hosts, reportBug }: { readonly hosts: HostService; readonly reportBug: Environment['reportBug'] },
): Disposable {
  const sweep = () => hosts.sweepSecrets().catch(error => reportBug('sweep', error))
  return vault.onChanged(status => void (status.state === 'unlocked' && sweep()))
}

async function flushAll(vault: Vault, files: readonly { flush(): Promise<void> }[]): Promise<void> {
  await vault.settled()
  await Promise.allSettled(files.map(file => file.flush()))
}
