import { AppError } from '../../shared/base/errors.ts'
import type { Endpoint, Forward, ForwardId } from '../../shared/contract/forwards.ts'
import type { ForwardRunner } from './forward-runner.ts'
import type { RunningService } from './services-there.ts'
import { waitForPage } from './wait-for-page.ts'

interface PagesParts {
  readonly openPage: (url: string) => void | Promise<void>
}

/** A page that somebody named, as a link in a terminal does. */
export interface NamedPage {
  readonly path: string
  readonly secure: boolean
}

const answerMs = 45_000

/** The pages behind forwards, with their tokens; they are only ever in memory. */
export class Pages {
  readonly #parts: PagesParts
  readonly #services = new Map<ForwardId, RunningService>()

  constructor(parts: PagesParts) {
    this.#parts = parts
  }

  remember(id: ForwardId, service: RunningService): void {
    this.#services.set(id, service)
  }

  /** It leads elsewhere now: the token of the old place is not for the new one. */
  forget(id: ForwardId): void {
    this.#services.delete(id)
  }

  /** Waits until the page answers, and opens it in the browser. Throws `timed-out`, `invalid-input` for what is no page. */
  async open(runner: ForwardRunner, named: NamedPage | null = null): Promise<void> {
    const { forward, listening } = runner
    if (listening?.kind !== 'tcp' || (named?.path ?? this.#pathOf(forward)) === null)
      throw new AppError('invalid-input', `${forward.label} is no page that a browser could open.`)
    const secure = named?.secure ?? this.#services.get(forward.id)?.secure ?? false
    const signal = new AbortController().signal
    await waitForPage({ ...listening, secure, where: forward.label }, { signal, timeoutMs: answerMs })
    await this.#parts.openPage(this.address(forward, listening, named))
  }

  /** The address of the page with its token; of what is no page, where it listens. */
  address(forward: Forward, at: Endpoint, named: NamedPage | null = null): string {
    if (at.kind === 'unix') return at.path
    const page = named?.path ?? this.#pathOf(forward)
    // A browser reaches what listens on every interface by this computer's own name.
    const host = /^(\*|0\.0\.0\.0|::|::1|127\.0\.0\.1)$/.test(at.address) ? 'localhost' : at.address
    const where = `${host.includes(':') ? `[${host}]` : host}:${at.port}`
    if (page === null) return forward.kind === 'dynamic' ? `socks5h://${where}` : where
    const secure = named?.secure ?? this.#services.get(forward.id)?.secure ?? false
    return `${secure ? 'https' : 'http'}://${where}${page.startsWith('/') ? page : `/${page}`}`
  }

  #pathOf(forward: Forward): string | null {
    return this.#services.get(forward.id)?.page ?? forward.page
  }
}
