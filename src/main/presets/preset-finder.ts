import { AppError } from '../../shared/base/errors.ts'
import type { Event } from '../../shared/base/event.ts'
import type { Preset, PresetId } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { ListeningPort } from '../forwards/port-scan.ts'
import type { PortServices, RunningService } from '../forwards/port-services.ts'
import type { Script } from '../ssh/script.ts'
import { lookFor } from './preset-runner.ts'
import type { PresetStore } from './preset-store.ts'
import { portOfSomeoneElse, presetOf } from './remote-services.ts'

interface PresetFinderParts {
  readonly store: PresetStore
  /** Runs a script where the target is connected already; null where it is not. */
  readonly runLive: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
}

/** What presets know of the services behind ports. */
export class PresetFinder implements PortServices {
  readonly #parts: PresetFinderParts
  readonly onChanged: Event<undefined>

  constructor(parts: PresetFinderParts) {
    this.#parts = parts
    this.onChanged = parts.store.onChanged
  }

  get presets(): readonly Preset[] {
    return this.#parts.store.all
  }

  preset(id: PresetId | null): Preset | null {
    return this.#parts.store.find(id)
  }

  presetOf(port: ListeningPort): Preset | null {
    return presetOf(port, this.presets)
  }

  isSomeoneElses(port: ListeningPort): boolean {
    return this.presets.some(preset => portOfSomeoneElse(preset, [port]) !== null)
  }

  async find(preset: Preset, target: Target, signal: AbortSignal): Promise<RunningService | null> {
    const { runLive } = this.#parts
    try {
      return await lookFor(preset, async script => (await runLive(target, script, signal)) ?? '')
    } catch (error) {
      // A look that failed finds nothing; a bug is thrown.
      if (error instanceof AppError) return null
      throw error
    }
  }
}
