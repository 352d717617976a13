import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

import { protocol } from 'electron/main'

const scheme = 'app'
const origin = `${scheme}://hawser`

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.png': 'image/png',
}

// xterm and the layout set styles from scripts, hence 'unsafe-inline' for styles; scripts come from Hawser's own files
// only.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Call this before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built page, and nothing outside its folder, under app://hawser with the content security policy. */
export function servePage(folder: string): void {
  protocol.handle(scheme, async request => {
    const { host, pathname } = new URL(request.url)
    const file = normalize(join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    if (host !== 'hawser' || !file.startsWith(folder + sep)) return new Response('Not found', { status: 404 })
    try {
      const body = new Uint8Array(await readFile(file))
      const headers = {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      }
      return new Response(body, { headers })
    } catch {
      return new Response('Not found', { status: 404 })
    }
  })
}

/** Returns the origin of the page: Hawser's own, or the development server's if one is set. */
export function pageOrigin(): string {
  return developmentServer()?.origin ?? origin
}

export function pageAddress(): string {
  return developmentServer()?.href ?? `${origin}/index.html`
}

function developmentServer(): URL | undefined {
  const address = process.env['ELECTRON_RENDERER_URL']
  return import.meta.env.DEV && address ? new URL(address) : undefined
}
