import type { Event } from '../../shared/base/event.ts'
import type { Preset, PresetId } from '../../shared/contract/presets.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { ListeningPort } from './port-scan.ts'

/** A service that runs on a host. */
export interface RunningService {
  readonly port: number
  /** Its page with the token, for a browser only: never logged, never written to disk. */
  readonly page: string | null
  readonly secure: boolean
}

/** Knows the services behind ports. Forwards ask through this interface, because presets stand above them. */
export interface PortServices {
  readonly presets: readonly Preset[]
  readonly onChanged: Event<undefined>
  preset(id: PresetId | null): Preset | null
  /** The preset whose process listens on a port that was found. */
  presetOf(port: ListeningPort): Preset | null
  /** True for the usual port of a page where another user's process listens, or a container's. */
  isSomeoneElses(port: ListeningPort): boolean
  /** Looks for the service of a preset on a target. Null where it does not run, is not connected, or the look failed. */
  find(preset: Preset, target: Target, signal: AbortSignal): Promise<RunningService | null>
}
