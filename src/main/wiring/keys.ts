import type { DisposableStore } from '../../shared/base/lifecycle.ts'
import type { HostService } from '../hosts/host-service.ts'
import { KeyDeployment } from '../keys/key-deployment.ts'
import { KeyService } from '../keys/key-service.ts'
import { KnownHostsService } from '../keys/known-hosts-service.ts'
import type { PromptService } from '../prompts/prompt-service.ts'
import { agentSigners } from '../ssh/signer.ts'
import type { Vault } from '../storage/vault.ts'
import type { SignIn } from './connections.ts'
import type { Environment } from './environment.ts'

interface KeyInput {
  readonly store: DisposableStore
  readonly signIn: SignIn
  readonly prompts: PromptService
  readonly vault: Vault
  readonly hosts: HostService
}

/** Builds the user's keys, and the host keys that they trust. */
export function buildKeys(
  { sshFolder, keyWorker: worker }: Environment,
  { store, signIn, prompts, vault, hosts }: KeyInput,
): { readonly keys: KeyService; readonly knownHosts: KnownHostsService } {
  const { connections, keys: ring, knownHosts, dialer, agentSocket } = signIn
  const keys = new KeyService({
    sshFolder,
    worker,
    vault,
    prompter: prompts,
    hosts,
    ring,
    deployment: new KeyDeployment(connections),
    get agentSocket() {
      return agentSocket()
    },
    agent: () => agentSigners(agentSocket()),
  })
  return { keys: store.add(keys), knownHosts: store.add(new KnownHostsService(knownHosts, dialer)) }
}
