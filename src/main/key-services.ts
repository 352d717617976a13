import type { DisposableStore } from '../shared/base/lifecycle.ts'
import type { Connections } from './connection-services.ts'
import type { HostService } from './hosts/host-service.ts'
import { KeyDeployment } from './keys/key-deployment.ts'
import { KeyService } from './keys/key-service.ts'
import { KnownHostsService } from './keys/known-hosts-service.ts'
import type { PromptService } from './prompts/prompt-service.ts'
import type { Outside } from './services.ts'
import { agentSigners } from './ssh/signer.ts'
import type { Vault } from './storage/vault.ts'

interface KeyInput {
  readonly store: DisposableStore
  readonly connections: Connections
  readonly prompts: PromptService
  readonly vault: Vault
  readonly hosts: HostService
}

/** Builds the user's keys, and the host keys that they trust. */
export function buildKeys(
  { sshFolder, keyWorker: worker }: Outside,
  { store, connections, prompts, vault, hosts }: KeyInput,
): { keyService: KeyService; knownHosts: KnownHostsService } {
  const { pool, prepare, keys: ring, knownHosts, dialer } = connections
  const keyService = new KeyService({
    sshFolder,
    worker,
    vault,
    prompter: prompts,
    hosts,
    ring,
    deployment: new KeyDeployment({ pool, prepare }),
    get agentSocket() {
      return connections.agentSocket
    },
    agent: () => agentSigners(connections.agentSocket),
  })
  return { keyService: store.add(keyService), knownHosts: store.add(new KnownHostsService(knownHosts, dialer)) }
}
