import { BrowserWindow, MessageChannelMain } from 'electron/main'

import { portChannel } from '../../shared/contract/bridge.ts'
import type { OpenPort, StreamPort } from '../../shared/base/stream-port.ts'

/** Creates a MessagePort pair per stream and passes the other end to the window under the stream's ID. */
export const openElectronPort: OpenPort = id => {
  const { port1, port2 } = new MessageChannelMain()
  const window = BrowserWindow.getAllWindows()[0]
  if (window === undefined || window.webContents.isDestroyed()) {
    port2.close()
  } else {
    window.webContents.postMessage(portChannel, id, [port2])
  }
  const port: StreamPort = {
    post: message => port1.postMessage(message),
    onMessage: listener => {
      port1.on('message', event => listener(event.data))
      port1.start()
    },
    onClosed: listener => void port1.on('close', listener),
    dispose: () => port1.close(),
  }
  return port
}
