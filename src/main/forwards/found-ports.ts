import self from 'node:process'

import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { FoundPort } from '../../shared/contract/forwards.ts'
import type { Preset } from '../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Script } from '../ssh/script.ts'
import { parseScan, scanScript, type ListeningPort } from './port-scan.ts'
import { presetOf } from './services-there.ts'

export interface FoundPortsParts {
  /** Runs a script where the target is connected already; null where it is not. Never makes a connection. */
  readonly run: (target: Target, script: Script) => Promise<string | null>
  readonly presets: () => readonly Preset[]
  /** A look at a host has ended. */
  readonly onLooked: (target: Target, ports: readonly FoundPort[]) => void
}

const everyMs = 5_000
// A look that took long is a burden over there, or here.
const restFactor = 20
const tooLoaded = 2
// Mail, printing, name service, ssh, X11, and what every desktop has.
const system = new Set([22, 25, 53, 111, 123, 139, 445, 546, 587, 631, 993, 3389, 5353, 5355, 6010, 6011, 6012])
// Programs are told secrets on their command lines, which are for no window.
const secrets = /([\w.-]*(?:token|password|passwd|secret|api-?key)[\w.-]*)[=\s]\s*\S+/gi
const databases = new Set(['postgresql', 'mysql', 'redis'])

interface Watched {
  readonly target: Target
  nextAt: number
  looking: boolean
}

/** Looks at what listens on the hosts that somebody sees and that are connected anyway; at most every five seconds each. */
export class FoundPorts implements Disposable {
  readonly #parts: FoundPortsParts
  readonly #watched = new Map<string, Watched>()
  readonly #found = new Map<string, readonly FoundPort[]>()
  readonly #timer: NodeJS.Timeout

  constructor(parts: FoundPortsParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#tick(), 1_000)
    this.#timer.unref()
  }

  get all(): readonly FoundPort[] {
    return [...this.#found.values()].flat()
  }

  /** The process that listened on a port at the last look; null when none did. */
  at(target: Target, port: number): FoundPort | null {
    return this.#found.get(targetKey(target))?.find(each => each.port === port) ?? null
  }

  watch(targets: readonly Target[]): void {
    const wanted = new Map(targets.map(target => [targetKey(target), target]))
    for (const key of this.#watched.keys()) {
      if (wanted.has(key)) continue
      this.#watched.delete(key)
      this.#found.delete(key)
    }
    for (const [key, target] of wanted) {
      if (!this.#watched.has(key)) this.#watched.set(key, { target, nextAt: 0, looking: false })
    }
    this.#tick()
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#watched.clear()
  }

  #tick(): void {
    const now = Date.now()
    for (const watched of this.#watched.values()) {
      if (!watched.looking && watched.nextAt <= now) void this.#look(watched)
    }
  }

  async #look(watched: Watched): Promise<void> {
    const { target } = watched
    watched.looking = true
    const startedAt = Date.now()
    const key = targetKey(target)
    // A look that failed says nothing about what listens.
    const output = await this.#parts.run(target, scanScript).catch(() => undefined)
    const took = Date.now() - startedAt
    watched.looking = false
    watched.nextAt = Date.now() + Math.max(everyMs, took * restFactor)
    if (output === undefined || this.#watched.get(key) !== watched) return
    if (output === null) {
      // Not connected: nothing is known of it any more.
      if (this.#found.delete(key)) this.#parts.onLooked(target, [])
      return
    }
    const { ports, load } = parseScan(output)
    if (load !== null && load > tooLoaded) watched.nextAt = Date.now() + everyMs * 12
    const found = ports.filter(worthTelling).map(port => this.#toFound(target, port))
    this.#found.set(
      key,
      found.filter(({ presetId }) => presetId === null || !databases.has(presetId)),
    )
    this.#parts.onLooked(target, this.#found.get(key) ?? [])
  }

  #toFound(target: Target, port: ListeningPort): FoundPort {
    const preset = presetOf(port, this.#parts.presets())
    return {
      target,
      port: port.port,
      process: port.process.replace(secrets, '$1=…'),
      pid: port.pid,
      presetId: preset?.id ?? null,
    }
  }
}

/** What is this user's own; what hides its process is somebody else's, or the system's. */
function worthTelling({ port, process, pid }: ListeningPort): boolean {
  // On a host that is this very computer: what Hawser itself listens on.
  const ours = pid === self.pid && process.startsWith(self.execPath)
  return !ours && pid !== null && process !== '' && port >= 1024 && !system.has(port) && !/(^|\/)sshd\b/.test(process)
}
