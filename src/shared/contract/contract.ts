import { activity } from './activity.ts'
import { app } from './app.ts'
import type { Client, Implementation } from './define.ts'
import { edits } from './edits.ts'
import { files } from './files.ts'
import { forwards, presets } from './forwards.ts'
import { hosts } from './hosts.ts'
import { imports } from './imports.ts'
import { keys, knownHosts } from './keys.ts'
import { prompts } from './prompts.ts'
import { sessions } from './sessions.ts'
import { settings } from './settings.ts'
import { runs, snippets } from './snippets.ts'
import { terminals } from './terminals.ts'
import { tmux } from './tmux.ts'
import { transfers } from './transfers.ts'
import { vault } from './vault.ts'
import { workspace } from './workspace.ts'

/** The whole interface between main and renderer. Everything else is rejected. */
export const contract = {
  activity,
  app,
  edits,
  files,
  forwards,
  hosts,
  imports,
  keys,
  knownHosts,
  presets,
  prompts,
  runs,
  sessions,
  settings,
  snippets,
  terminals,
  tmux,
  transfers,
  vault,
  workspace,
}

export type Contract = typeof contract
export type Api = { readonly [K in keyof Contract]: Client<Contract[K]> }
export type Services = { readonly [K in keyof Contract]: Implementation<Contract[K]> }
