import { connect } from 'node:net'

const limitMs = 2_500

/** True if something accepts TCP connections at the address. Sends nothing. */
export function probePort({ address, port }: { address: string; port: number }, signal: AbortSignal): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port, signal })
    const done = (there: boolean) => {
      socket.destroy()
      resolve(there)
    }
    socket.setTimeout(limitMs, () => done(false))
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
}
