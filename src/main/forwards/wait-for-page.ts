import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'

import { AppError } from '../../shared/base/errors.ts'
import { isOwnAddress } from './own-address.ts'
import { cancelled } from '../../shared/base/abort.ts'
import { pause } from '../work/pause.ts'

const tryMs = 300
const oneMs = 5_000

/** The local address of an expected page. */
export interface AwaitedPage {
  readonly address: string
  readonly port: number
  readonly secure: boolean
  /** The name of the page, for messages. */
  readonly where: string
}

/** How a page responded; `secure` if only over TLS. */
export interface PageAnswer {
  readonly status: number
  readonly secure: boolean
}

/**
 * Resolves once a web server on the local port responds at all; TLS is tried if plain HTTP gets no response or only an
 * error. Only a request for `/` is sent. Errors: `timed-out` after `timeoutMs`, `cancelled` on abort.
 */
export async function waitForPage(
  page: AwaitedPage,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<PageAnswer> {
  const until = Date.now() + timeoutMs
  for (;;) {
    const answer = await answerOf(page, signal)
    if (signal.aborted) throw cancelled()
    if (answer) return answer
    if (Date.now() > until)
      throw new AppError(
        'timed-out',
        `${page.where} is listening but doesn’t respond to HTTP requests. Check it in a terminal.`,
      )
    await pause(tryMs, signal)
  }
}

// Servers that require TLS return this for a plain request (nginx, Go, Apache).
const badRequest = 400

async function answerOf(page: AwaitedPage, signal: AbortSignal): Promise<PageAnswer | null> {
  const status = await statusOf(page, signal)
  if (page.secure) return status === null ? null : { status, secure: true }
  if (status !== null && status !== badRequest) return { status, secure: false }
  if (signal.aborted) return null
  const overTls = await statusOf({ ...page, secure: true }, signal)
  if (overTls !== null) return { status: overTls, secure: true }
  return status === null ? null : { status, secure: false }
}

const refusals = new Set([400, 403, 421])

/**
 * True for a service that rejects every name except `localhost`, as some do against DNS rebinding (MLflow among them):
 * at the address of its host, where it returned `status`, it would be unusable.
 */
export async function acceptsOnlyLocalhost(page: AwaitedPage, status: number, signal: AbortSignal): Promise<boolean> {
  if (!refusals.has(status) || !isOwnAddress(page.address)) return false
  const named = await statusOf(page, signal, `localhost:${page.port}`)
  if (signal.aborted) throw cancelled()
  return named !== null && !refusals.has(named)
}

/** Returns the status of a request for `/`; null if no server responds. */
function statusOf(
  { address, port, secure }: AwaitedPage,
  signal: AbortSignal,
  host = hostHeader(address, port),
): Promise<number | null> {
  const to = /^(localhost|\*|0\.0\.0\.0)$/.test(address) ? '127.0.0.1' : address === '::' ? '::1' : address
  return new Promise(resolve => {
    const done = (status: number | null) => {
      request.destroy()
      resolve(status)
    }
    const options = { host: to, port, path: '/', headers: { host }, signal, timeout: oneMs, agent: false as const }
    // Nothing is trusted or sent: the browser judges the certificate.
    const request = secure ? getSecure({ ...options, rejectUnauthorized: false }) : getPlain(options)
    request.once('response', ({ statusCode = 0 }) => done(statusCode))
    request.once('timeout', () => done(null))
    request.on('error', () => done(null))
  })
}

function hostHeader(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}
