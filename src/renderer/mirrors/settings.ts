import { create } from 'zustand'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import { settingsSchema, type Settings } from '../../shared/contract/settings.ts'

export const useSettings = create<{ readonly settings: Settings }>()(() => ({ settings: settingsSchema.parse({}) }))

/** Mirrors main's settings; resolves once they are loaded. */
export async function mirrorSettings(api: Api): Promise<Disposable> {
  const show = (settings: Settings) => useSettings.setState({ settings })
  const stop = api.settings.onChanged(show)
  show(await api.settings.get())
  return stop
}

/** The sections of the settings, but for the keys. */
export type Section = Exclude<keyof Settings, 'keys'>

/** Changes one section and saves; the window shows it at once. */
export function changeSettings<S extends Section>(api: Api, section: S, patch: Partial<Settings[S]>): Promise<void> {
  const { settings } = useSettings.getState()
  return save(api, { ...settings, [section]: { ...settings[section], ...patch } })
}

/** Sets a command's shortcut; null restores the default. */
export function changeKeys(api: Api, command: string, keys: string | null): Promise<void> {
  const { settings } = useSettings.getState()
  const { [command]: _old, ...rest } = settings.keys
  return save(api, { ...settings, keys: keys === null ? rest : { ...rest, [command]: keys } })
}

function save(api: Api, settings: Settings): Promise<void> {
  useSettings.setState({ settings })
  return api.settings.save({ settings })
}
