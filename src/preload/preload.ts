import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron/renderer'

import { portChannel, type Bridge, type PortMessage } from '../shared/contract/bridge.ts'
import { channelPrefix } from '../shared/contract/define.ts'

/** The preload script knows no features: it only carries messages on Hawser's own channels. */
function ours(channel: string): string {
  if (!channel.startsWith(channelPrefix)) throw new Error(`Refused channel ${channel}`)
  return channel
}

const bridge: Bridge = {
  invoke: (channel, input) => ipcRenderer.invoke(ours(channel), input),
  on(channel, listener) {
    const forward = (_event: IpcRendererEvent, payload: unknown) => listener(payload)
    ipcRenderer.on(ours(channel), forward)
    return () => ipcRenderer.off(channel, forward)
  },
  pathOf: file => webUtils.getPathForFile(file as File),
}

contextBridge.exposeInMainWorld('bridge', bridge)

// A MessagePort cannot pass through contextBridge, only through window.postMessage.
ipcRenderer.on(portChannel, (event, id: string) => {
  const message: PortMessage = { hawserPort: id }
  window.postMessage(message, location.origin, [...event.ports])
})
