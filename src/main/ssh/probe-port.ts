import { connect } from 'node:net'

const connectMs = 2_500
// One connection that waits is better than many: a server that is stopped finds all of them when it continues.
const greetingMs = 10_000
const maxText = 16 * 1024

/**
 * True if an SSH server answers at the address: it sends its identification (RFC 4253, 4.2) unasked. A port that only
 * accepts connections proves nothing, since a port forwarder or a stopped server’s system does so, too. Sends nothing.
 */
export function probePort({ address, port }: { address: string; port: number }, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve(false)
    const socket = connect({ host: address, port })
    const done = (there: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.destroy()
      resolve(there)
    }
    const abort = () => done(false)
    let timer = setTimeout(abort, connectMs)
    // Node’s own `signal` option never removes its listener, and one signal covers many probes.
    signal.addEventListener('abort', abort)
    socket.once('connect', () => {
      clearTimeout(timer)
      timer = setTimeout(abort, greetingMs)
    })
    let text = ''
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1')
      // Other lines may come first, such as one that says why there will be no identification.
      if (/^SSH-/m.test(text)) done(true)
      else if (text.length > maxText) done(false)
    })
    socket.once('error', abort)
    socket.once('close', abort)
  })
}
