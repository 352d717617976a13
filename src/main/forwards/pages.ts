import { AppError } from '../../shared/base/errors.ts'
import type { Endpoint, Forward, ForwardId } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { ForwardRunner } from './forward-runner.ts'
import type { RunningService } from './port-services.ts'
import { acceptsOnlyLocalhost, waitForPage } from './wait-for-page.ts'

interface PagesParts {
  readonly openPage: (url: string) => void | Promise<void>
  readonly nameOf: (target: Target) => string
  readonly warn: (text: string) => void
}

/** A page given explicitly, for example by a link in a terminal. */
export interface NamedPage {
  readonly path: string
  readonly secure: boolean
}

const answerMs = 45_000

/** The pages behind forwards, with their tokens, which are only kept in memory. */
export class Pages {
  readonly #parts: PagesParts
  readonly #services = new Map<ForwardId, RunningService>()
  /** The forwards whose pages responded over TLS only. */
  readonly #secure = new Set<ForwardId>()
  /** The targets whose pages were opened under a host name. */
  readonly #opened = new Map<string, Map<string, Target>>()

  constructor(parts: PagesParts) {
    this.#parts = parts
  }

  remember(id: ForwardId, service: RunningService): void {
    this.#services.set(id, service)
  }

  /** Discards the token of a forward whose destination has changed. */
  forget(id: ForwardId): void {
    this.#services.delete(id)
    this.#secure.delete(id)
  }

  /**
   * Waits until the page responds, and opens it in the browser. Errors: `timed-out` after 45 seconds, `cancelled` on
   * abort or when the forward is stopped, and `invalid-input` if there is no page.
   */
  async open(runner: ForwardRunner, signal: AbortSignal, named: NamedPage | null = null): Promise<void> {
    const { forward, pageAt } = runner
    if (pageAt?.kind !== 'tcp' || (named?.path ?? this.#pathOf(forward)) === null)
      throw new AppError('invalid-input', `${forward.label} is not a web page that a browser can open.`)
    const page = { ...pageAt, secure: this.#isSecure(forward, named), where: forward.label }
    const either = AbortSignal.any([signal, runner.ended])
    const { status, secure } = await waitForPage(page, { signal: either, timeoutMs: answerMs })
    if (secure) this.#secure.add(forward.id)
    else this.#secure.delete(forward.id)
    if (await acceptsOnlyLocalhost({ ...page, secure }, status, either)) await runner.shareLocalhost()
    this.#warnOfSharing(runner)
    await this.#parts.openPage(this.address(forward, runner.pageAt ?? pageAt, named))
  }

  /** Returns the URL of the page with its token; without a page, the listening address. */
  address(forward: Forward, at: Endpoint, named: NamedPage | null = null): string {
    if (at.kind === 'unix') return at.path
    const page = named?.path ?? this.#pathOf(forward)
    const host = hostOf(at.address)
    const where = `${host.includes(':') ? `[${host}]` : host}:${at.port}`
    if (page === null) return forward.kind === 'dynamic' ? `socks5h://${where}` : where
    const secure = this.#isSecure(forward, named)
    return `${secure ? 'https' : 'http'}://${where}${page.startsWith('/') ? page : `/${page}`}`
  }

  /** Warns once per pair: if two hosts share a name in the browser, it sends the cookies of one to the other. */
  #warnOfSharing({ forward, pageAt }: ForwardRunner): void {
    if (pageAt?.kind !== 'tcp') return
    const host = hostOf(pageAt.address)
    const others = this.#opened.get(host) ?? new Map<string, Target>()
    const key = targetKey(forward.target)
    const [other] = others.values()
    if (other && !others.has(key)) {
      const names = `${this.#parts.nameOf(other)} and ${this.#parts.nameOf(forward.target)}`
      this.#parts.warn(
        `Pages of ${names} share cookies in your browser, because both are at ${host}. If you don’t trust one of them, open it in a private window.`,
      )
    }
    this.#opened.set(host, others.set(key, forward.target))
  }

  #isSecure(forward: Forward, named: NamedPage | null): boolean {
    return named?.secure === true || this.#secure.has(forward.id) || this.#services.get(forward.id)?.secure === true
  }

  #pathOf(forward: Forward): string | null {
    return this.#services.get(forward.id)?.page ?? forward.page
  }
}

/** The name of an address in a browser, which reaches a listener on every interface under this computer's own name. */
function hostOf(address: string): string {
  return /^(\*|0\.0\.0\.0|::|::1)$/.test(address) ? 'localhost' : address
}
