import { app, session, type WebContents } from 'electron/main'

import { pageOrigin } from './page.ts'

/**
 * Denies what Hawser's page never needs: permissions, navigation, new windows, webviews. Call this before any window is
 * opened.
 */
export function hardenApp(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
  session.defaultSession.setDevicePermissionHandler(() => false)
  app.on('web-contents-created', (_event, contents) => hardenContents(contents))
}

function hardenContents(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', event => event.preventDefault())
  const refuse = (event: { preventDefault(): void; url: string }) => {
    if (!isOurs(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', refuse)
  contents.on('will-frame-navigate', refuse)
  contents.on('will-redirect', refuse)
}

function isOurs(address: string): boolean {
  // Not `URL.origin`, which is "null" for a custom scheme in Node.
  const { protocol, host } = new URL(address)
  return `${protocol}//${host}` === pageOrigin()
}
