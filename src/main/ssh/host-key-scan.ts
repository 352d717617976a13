import { Client } from 'ssh2'

import { cancelled } from '../../shared/base/abort.ts'
import { findMismatch } from './algorithm-mismatch.ts'
import { algorithmsFor, type Offer } from './algorithms.ts'
import { usualOptions } from './hop-options.ts'
import { stageOf, watchHello } from './server-hello.ts'
import { toSshError } from './ssh-errors.ts'
import { connectTcp } from './ssh-socket.ts'

export interface HostKeyRequest {
  readonly address: string
  readonly port: number
  /** The name of its algorithm, such as `ssh-ed25519`. */
  readonly type: string
  readonly signal: AbortSignal
}

const scanMs = 15_000

/**
 * Asks a server for its host key of one type; null if it has none. Only the key exchange is performed. Errors: those of
 * connecting, and `cancelled` on abort.
 */
export async function scanHostKey({ address, port, type, signal }: HostKeyRequest): Promise<Buffer | null> {
  const stream = await connectTcp({ address, port, timeoutMs: scanMs, signal })
  const client = new Client()
  let stop = () => {}
  try {
    return await new Promise<Buffer | null>((resolve, reject) => {
      const where = port === 22 ? address : `${address}:${port}`
      const hello = watchHello(stream)
      const offer: Offer = { ...algorithmsFor({ weak: false, knownTypes: [] }), serverHostKey: [type] }
      const late = () => resolve(null)
      setTimeout(late, scanMs).unref()
      stop = () => reject(cancelled())
      signal.addEventListener('abort', stop)
      client.on('error', error => {
        const { kexInit } = hello()
        if (kexInit && findMismatch(offer, kexInit)?.kind === 'hostKey') return resolve(null)
        const exchange = { offer, weakAllowed: false, saved: true, wishes: usualOptions.algorithms }
        reject(toSshError(error, { where, hello: hello(), stage: stageOf(hello()), exchange }))
      })
      client.on('close', late)
      const hostVerifier = (key: Buffer, verify: (ok: boolean) => void) => {
        resolve(Buffer.from(key))
        verify(false)
      }
      client.connect({
        sock: stream as never,
        username: 'nobody',
        readyTimeout: 0,
        algorithms: offer as never,
        hostVerifier,
      })
    })
  } finally {
    signal.removeEventListener('abort', stop)
    client.destroy()
    stream.destroy()
  }
}
