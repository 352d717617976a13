import { join } from 'node:path'

import { activityEntry } from '../../shared/contract/activity.ts'
import { settingsSchema } from '../../shared/contract/settings.ts'
import { savedWorkspace } from '../../shared/contract/workspace.ts'
import { forwardFile } from '../forwards/forward-record.ts'
import { hostFile } from '../hosts/host-service.ts'
import { firstSnippets, snippetFile } from '../snippets/snippet-record.ts'
import { ConsentStore } from '../ssh-config/consents.ts'
import { JsonFile, type Tell } from '../storage/json-file.ts'
import { vaultFile } from '../storage/vault-format.ts'
import { transferFile } from '../transfers/transfer-record.ts'

/** Opens every file of the data folder; damaged ones are reported to `tell`. */
export async function openStores(dataFolder: string, tell: Tell) {
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
