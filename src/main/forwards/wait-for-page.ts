import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'

import { AppError } from '../../shared/base/errors.ts'

const tryMs = 300
const oneMs = 5_000

/**
 * Answers once a web server on this computer's port gives any answer at all. Nothing is sent but a request for `/`.
 * Throws `timed-out` after `timeoutMs`, `cancelled` on abort.
 */
export async function waitForPage(
  page: { readonly address: string; readonly port: number; readonly secure: boolean; readonly where: string },
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<void> {
  const until = Date.now() + timeoutMs
  while (!(await answers(page, signal))) {
    if (signal.aborted) throw new AppError('cancelled', 'Cancelled')
    if (Date.now() > until)
      throw new AppError(
        'timed-out',
        `${page.where} listens, but does not answer as a web page. Look at it in a terminal.`,
      )
    await new Promise(resolve => setTimeout(resolve, tryMs))
  }
}

function answers(
  { address, port, secure }: { readonly address: string; readonly port: number; readonly secure: boolean },
  signal: AbortSignal,
): Promise<boolean> {
  const host = /^(localhost|\*|0\.0\.0\.0)$/.test(address) ? '127.0.0.1' : address === '::' ? '::1' : address
  return new Promise(resolve => {
    const done = (ok: boolean) => {
      request.destroy()
      resolve(ok)
    }
    const options = { host, port, path: '/', signal, timeout: oneMs, agent: false as const }
    // Nothing is believed or told here: the browser judges the certificate.
    const request = secure ? getSecure({ ...options, rejectUnauthorized: false }) : getPlain(options)
    request.once('response', () => done(true))
    request.once('timeout', () => done(false))
    request.on('error', () => done(false))
  })
}
