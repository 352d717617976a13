import { Emitter } from '../../shared/base/event.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { Settings } from '../../shared/contract/settings.ts'
import type { JsonFile } from '../storage/json-file.ts'

type Contract = Services['settings']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

/** Owns the user's settings. */
export class SettingsService implements Contract {
  readonly #changed = new Emitter<Settings>()
  readonly onChanged = this.#changed.event
  readonly #file: JsonFile<Settings>

  constructor(file: JsonFile<Settings>) {
    this.#file = file
  }

  get current(): Settings {
    return this.#file.value
  }

  get(): Settings {
    return this.#file.value
  }

  async save({ settings }: Input<'save'>): Promise<void> {
    const saved = this.#file.save(settings)
    this.#changed.fire(settings)
    await saved
  }
}
