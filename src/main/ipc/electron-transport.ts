import { BrowserWindow, ipcMain, type IpcMainInvokeEvent } from 'electron/main'

import { AppError, toWireError } from '../../shared/base/errors.ts'
import { toDisposable } from '../../shared/base/lifecycle.ts'
import type { Transport } from './serve.ts'

/** Carries the contract over Electron's ipcMain; only the top frame of `origin` may use it. */
export function createElectronTransport(origin: string): Transport {
  return {
    handle(channel, listener) {
      ipcMain.handle(channel, async (event, input: unknown) => {
        if (isOurPage(event, origin)) return listener(input)
        return { ok: false, error: toWireError(new AppError('invalid-input', 'Untrusted sender')) }
      })
      return toDisposable(() => ipcMain.removeHandler(channel))
    },
    broadcast(channel, payload) {
      for (const window of BrowserWindow.getAllWindows()) {
        if (!window.webContents.isDestroyed()) window.webContents.send(channel, payload)
      }
    },
  }
}

function isOurPage({ senderFrame }: IpcMainInvokeEvent, origin: string): boolean {
  if (senderFrame === null || senderFrame.parent !== null) return false
  // Not `URL.origin`, which is "null" in Node for a custom scheme such as app://main.
  const { protocol, host } = new URL(senderFrame.url)
  return `${protocol}//${host}` === origin
}
