import { Emitter } from '../../shared/base/event.ts'
import type { Launch } from '../../shared/contract/forwards.ts'
import { builtInPresets, type Preset, type PresetId } from '../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { ForwardFile } from '../forwards/forward-record.ts'
import type { JsonFile } from '../storage/json-file.ts'

/** The presets there are, and how their services were last started. They share a file with the forwards. */
export class PresetStore {
  readonly #file: JsonFile<ForwardFile>
  readonly #changed = new Emitter<undefined>()
  readonly onChanged = this.#changed.event

  constructor(file: JsonFile<ForwardFile>) {
    this.#file = file
  }

  /** The presets. The user's own come before the built-in ones and replace those with the same id. */
  get all(): readonly Preset[] {
    const own = this.#file.value.presets
    return [...own, ...builtInPresets.filter(({ id }) => !own.some(each => each.id === id))]
  }

  find(id: PresetId | null): Preset | null {
    return this.all.find(each => each.id === id) ?? null
  }

  save(preset: Preset): Promise<void> {
    const others = this.#file.value.presets.filter(({ id }) => id !== preset.id)
    return this.#write({ presets: [...others, preset] })
  }

  remove(id: PresetId): Promise<void> {
    return this.#write({ presets: this.#file.value.presets.filter(each => each.id !== id) })
  }

  launchOf(target: Target, preset: PresetId): Launch | null {
    return this.#file.value.launches[launchKey(target, preset)] ?? null
  }

  keepLaunch(target: Target, preset: PresetId, launch: Launch): Promise<void> {
    return this.#write({ launches: { ...this.#file.value.launches, [launchKey(target, preset)]: launch } })
  }

  async #write(change: Partial<ForwardFile>): Promise<void> {
    await this.#file.save({ ...this.#file.value, ...change })
    this.#changed.fire(undefined)
  }
}

function launchKey(target: Target, preset: PresetId): string {
  return `${targetKey(target)} ${preset}`
}
