import self from 'node:process'

import { AppError, type ErrorCode } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { FoundPort } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Script } from '../ssh/script.ts'
import { parseScan, scanScript, type ListeningPort, type PortScan } from './port-scan.ts'
import type { PortServices } from './port-services.ts'
import { processName } from './process-name.ts'

export interface FoundPortsParts {
  /** Runs a script where the target is connected already; null where it is not. Never makes a connection. */
  readonly run: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
  readonly services: Pick<PortServices, 'presetOf' | 'isSomeoneElses'>
  /** A look at a host has ended. */
  readonly onLooked: (target: Target, ports: readonly ScannedPort[]) => void
  /** A host can’t be looked at, or can again. */
  readonly onTroubles: () => void
  readonly reportBug: (where: string, error: unknown) => void
}

/** Why a host can’t be looked at, in a sentence. */
export interface ScanTrouble {
  readonly target: Target
  readonly text: string
}

/** A port that was found, with what main alone may know of it. */
export interface ScannedPort {
  readonly found: FoundPort
  /** Every argument of the process, secrets among them: to tell one process from another, never to show. */
  readonly process: string
}

const everyMs = 5_000
// A look that took long is a burden over there, or here.
const restFactor = 20
const tooLoaded = 2
// Mail, printing, name service, ssh, X11, and what every desktop has.
const system = new Set([22, 25, 53, 111, 123, 139, 445, 546, 587, 631, 993, 3389, 5353, 5355, 6010, 6011, 6012])
// More than this is no list for a person, and may be a host that wants to fill the memory.
const mostPorts = 500
// What a host says that runs no scripts, or has no program that lists ports: the next look says the same.
const wontLook = new Set<ErrorCode>(['server-refused', 'unsupported'])
const databases = new Set(['postgresql', 'mysql', 'redis'])

interface Watched {
  readonly target: Target
  nextAt: number
  /** Aborted when nobody watches any more; null while there is no look. */
  looking: AbortController | null
}

interface Seen {
  readonly ports: readonly ScannedPort[]
  /** True where there are more than are kept. */
  readonly more: boolean
}

/** Looks at what listens on the hosts that somebody sees and that are connected anyway; at most every five seconds each. */
export class FoundPorts implements Disposable {
  readonly #parts: FoundPortsParts
  readonly #watched = new Map<string, Watched>()
  readonly #seen = new Map<string, Seen>()
  readonly #troubles = new Map<string, ScanTrouble>()
  readonly #timer: NodeJS.Timeout

  constructor(parts: FoundPortsParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#tick(), 1_000)
    this.#timer.unref()
  }

  get all(): readonly FoundPort[] {
    return [...this.#seen.values()].flatMap(({ ports }) => ports.map(({ found }) => found))
  }

  /** True where a host has more ports than `all` lists, which is 500 of each at most. */
  get more(): boolean {
    return [...this.#seen.values()].some(({ more }) => more)
  }

  /** Hosts that answered a look with something else than ports. */
  get troubles(): readonly ScanTrouble[] {
    return [...this.#troubles.values()]
  }

  /** The process that listened on a port at the last look; null when none did. */
  at(target: Target, port: number): FoundPort | null {
    return this.#seen.get(targetKey(target))?.ports.find(({ found }) => found.port === port)?.found ?? null
  }

  watch(targets: readonly Target[]): void {
    const wanted = new Map(targets.map(target => [targetKey(target), target]))
    for (const [key, { looking }] of this.#watched) {
      if (wanted.has(key)) continue
      looking?.abort()
      this.#watched.delete(key)
      this.#seen.delete(key)
      this.#troubles.delete(key)
    }
    for (const [key, target] of wanted) {
      if (!this.#watched.has(key)) this.#watched.set(key, { target, nextAt: 0, looking: null })
    }
    this.#tick()
  }

  dispose(): void {
    clearInterval(this.#timer)
    for (const { looking } of this.#watched.values()) looking?.abort()
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
    const abort = (watched.looking = new AbortController())
    const startedAt = Date.now()
    const key = targetKey(target)
    const output = await this.#parts.run(target, scanScript, abort.signal).catch((error: unknown) => {
      // A look that failed says nothing about what listens.
      if (!(error instanceof AppError)) this.#parts.reportBug('found ports', error)
      else if (wontLook.has(error.code) && this.#watched.get(key) === watched)
        this.#setTrouble(key, { target, text: error.message })
      return undefined
    })
    const took = Date.now() - startedAt
    watched.looking = null
    watched.nextAt = Date.now() + Math.max(everyMs, took * restFactor)
    if (output === undefined || this.#watched.get(key) !== watched) return
    this.#setTrouble(key, null)
    if (output === null) {
      // Not connected: nothing is known of it any more.
      if (this.#seen.delete(key)) this.#parts.onLooked(target, [])
      return
    }
    const scan = parseScan(output)
    if (scan.load !== null && scan.load > tooLoaded) watched.nextAt = Date.now() + everyMs * 12
    const seen = this.#sift(target, scan)
    this.#seen.set(key, seen)
    this.#parts.onLooked(target, seen.ports)
  }

  #setTrouble(key: string, trouble: ScanTrouble | null): void {
    if (this.#troubles.get(key)?.text === trouble?.text) return
    if (trouble) this.#troubles.set(key, trouble)
    else this.#troubles.delete(key)
    this.#parts.onTroubles()
  }

  /** What is worth showing; the person's own come first where there are too many. */
  #sift(target: Target, { ports, user }: PortScan): Seen {
    const { services } = this.#parts
    const isOwn = ({ uid }: ListeningPort) => uid !== null && uid === user
    const shown = ports
      .filter(port => worthTelling(port) || (port.port >= 1024 && services.isSomeoneElses(port)))
      .map(port => ({ port, presetId: services.presetOf(port)?.id ?? null, own: isOwn(port) }))
      .filter(({ presetId }) => presetId === null || !databases.has(presetId))
    const kept = shown.length <= mostPorts ? shown : shown.toSorted((a, b) => Number(b.own) - Number(a.own))
    return {
      ports: kept.slice(0, mostPorts).map(({ port: { port, pid, process }, presetId, own }) => ({
        found: { target, port, process: processName(process, port), pid, own, presetId },
        process,
      })),
      more: shown.length > mostPorts,
    }
  }
}

/** What is this user's own; what hides its process is somebody else's, or the system's. */
function worthTelling({ port, process, pid }: ListeningPort): boolean {
  // On a host that is this very computer: what Hawser itself listens on.
  const ours = pid === self.pid && process.startsWith(self.execPath)
  return !ours && pid !== null && process !== '' && port >= 1024 && !system.has(port) && !/(^|\/)sshd\b/.test(process)
}
