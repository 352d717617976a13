import { join } from 'node:path'

import { activityEntry } from '../../shared/contract/activity.ts'
import { settingsSchema } from '../../shared/contract/settings.ts'
import { savedWorkspace } from '../../shared/contract/workspace.ts'
import { forwardFile } from '../forwards/forward-record.ts'
import { hostFile } from '../hosts/host-service.ts'
import { firstSnippets, snippetFile } from '../snippets/snippet-record.ts'
import { ConsentStore } from '../ssh-config/consents.ts'
import { JsonFile, type ShowNotice } from '../storage/json-file.ts'
import { vaultFile } from '../storage/vault-format.ts'
import { transferFile } from '../transfers/transfer-record.ts'

/** Opens every file of the data folder; damaged ones are reported to `showNotice`. */
export async function openStores(dataFolder: string, showNotice: ShowNotice) {
  const at = (name: string) => ({ path: join(dataFolder, name), showNotice })
  const [hosts, settings, workspace, activity, transfers, forwards, snippets, consents, vault] = await Promise.all([
    JsonFile.open({ ...at('hosts.json'), schema: hostFile, initial: hostFile.parse({ hosts: [], groups: [] }) }),
    JsonFile.open({ ...at('settings.json'), schema: settingsSchema, initial: settingsSchema.parse({}) }),
    JsonFile.open({ ...at('workspace.json'), schema: savedWorkspace, initial: savedWorkspace.parse({}) }),
    JsonFile.open({ ...at('activity.json'), schema: activityEntry.array().max(500), initial: [] }),
    JsonFile.open({ ...at('transfers.json'), schema: transferFile, initial: transferFile.parse({}) }),
    JsonFile.open({ ...at('forwards.json'), schema: forwardFile, initial: forwardFile.parse({}) }),
    JsonFile.open({ ...at('snippets.json'), schema: snippetFile, initial: firstSnippets() }),
    ConsentStore.open(dataFolder, showNotice),
    JsonFile.open({ ...at('vault.json'), schema: vaultFile, initial: null }),
  ])
  return { hosts, settings, workspace, activity, transfers, forwards, snippets, consents, vault }
}
