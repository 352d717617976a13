import self from 'node:process'

import { AppError, type ErrorCode } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { FoundPort, PortOwner } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { Script } from '../ssh/script.ts'
import { parseScan, scanScript, type ListeningPort, type PortScan } from './port-scan.ts'
import type { PortServices } from './port-services.ts'
import { processName } from './process-name.ts'

export interface FoundPortsParts {
  /** Runs a script if the target is already connected; otherwise null. Never opens a connection. */
  readonly run: (target: Target, script: Script, signal: AbortSignal) => Promise<string | null>
  readonly services: Pick<PortServices, 'presetOf' | 'isSomeoneElses'>
  /** Called after a scan of a host. */
  readonly onLooked: (target: Target, ports: readonly ScannedPort[]) => void
  /** Called when scanning a host starts or stops failing. */
  readonly onTroubles: () => void
  readonly reportBug: (where: string, error: unknown) => void
}

/** The reason a host can't be scanned, as a sentence. */
export interface ScanTrouble {
  readonly target: Target
  readonly text: string
}

/** A found port with details that only the main process may see. */
export interface ScannedPort {
  readonly found: FoundPort
  /** All arguments of the process, which may include secrets: used to tell processes apart, never shown. */
  readonly process: string
}

const everyMs = 5_000
// A scan that took long is a load on the host or this computer.
const restFactor = 20
const tooLoaded = 2
// Mail, printing, name service, SSH, X11, and services of every desktop.
const system = new Set([22, 25, 53, 111, 123, 139, 445, 546, 587, 631, 993, 3389, 5353, 5355, 6010, 6011, 6012])
// A longer list is no use to anyone, and may come from a host that tries to exhaust memory.
const maxPorts = 500
// Errors of a host that runs no scripts or has no program that lists ports: scanning again would fail too.
const wontLook = new Set<ErrorCode>(['server-refused', 'unsupported'])
const databases = new Set(['postgresql', 'mysql', 'redis'])

interface Watched {
  readonly target: Target
  nextAt: number
  /** Aborted when nobody watches any more; null while no scan is running. */
  looking: AbortController | null
}

interface Seen {
  readonly ports: readonly ScannedPort[]
  /** True if there are more ports than are kept. */
  readonly more: boolean
}

/** Scans the ports of hosts that are visible and already connected, at most every five seconds each. */
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

  /** True if a host has more ports than `all` lists, which is at most 500 per host. */
  get more(): boolean {
    return [...this.#seen.values()].some(({ more }) => more)
  }

  /** The hosts whose scan failed. */
  get troubles(): readonly ScanTrouble[] {
    return [...this.#troubles.values()]
  }

  /** The process that listened on a port at the last scan; null if there was none. */
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
      // A failed scan says nothing about listening ports.
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
      // The host is not connected, so its ports are no longer known.
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

  /** Selects the ports worth showing; the user's own come first if there are too many. */
  #sift(target: Target, scan: PortScan): Seen {
    const { services } = this.#parts
    const { ports } = scan
    const shown = ports
      .filter(port => isWorthShowing(port) || (port.port >= 1024 && services.isSomeoneElses(port)))
      .map(port => ({ port, presetId: services.presetOf(port)?.id ?? null, owner: ownerOf(port, scan) }))
      .filter(({ presetId }) => presetId === null || !databases.has(presetId))
    const isOwn = ({ owner }: { readonly owner: PortOwner }) => Number(owner === 'self')
    const kept = shown.length <= maxPorts ? shown : shown.toSorted((a, b) => isOwn(b) - isOwn(a))
    return {
      ports: kept.slice(0, maxPorts).map(({ port: { port, pid, process }, presetId, owner }) => ({
        found: { target, port, process: processName(process, port), pid, owner, presetId },
        process,
      })),
      more: shown.length > maxPorts,
    }
  }
}

/** A hidden process is another user's if the system would show the processes of this one. */
function ownerOf({ uid, pid, process }: ListeningPort, { user, named }: PortScan): PortOwner {
  if (uid !== null && user !== null) return uid === user ? 'self' : 'other'
  return named && pid === null && process === '' ? 'other' : 'unknown'
}

/** True for a port of this user; a hidden process belongs to someone else or to the system. */
function isWorthShowing({ port, process, pid }: ListeningPort): boolean {
  // Hawser's own listening ports, if the host is this computer.
  const ours = pid === self.pid && process.startsWith(self.execPath)
  return !ours && pid !== null && process !== '' && port >= 1024 && !system.has(port) && !/(^|\/)sshd\b/.test(process)
}
