import { Client } from 'ssh2'

import { findMismatch } from './algorithm-mismatch.ts'
import { algorithmsFor, type Offer } from './algorithms.ts'
import { usualOptions } from './hop-options.ts'
import { stageOf, watchHello } from './server-hello.ts'
import { toSshError } from './ssh-errors.ts'
import { connectTcp } from './ssh-socket.ts'

const scanMs = 15_000

/**
 * Asks a server for its host key of one type; null when it has none. Nothing is sent but the key exchange. Throws what
 * connecting throws.
 */
export async function scanHostKey({
  address,
  port,
  type,
}: {
  address: string
  port: number
  type: string
}): Promise<Buffer | null> {
  const { signal } = new AbortController()
  const stream = await connectTcp({ address, port, timeoutMs: scanMs, signal })
  const client = new Client()
  try {
    return await new Promise<Buffer | null>((resolve, reject) => {
      const where = port === 22 ? address : `${address}:${port}`
      const hello = watchHello(stream)
      const offer: Offer = { ...algorithmsFor({ weak: false, knownTypes: [] }), serverHostKey: [type] }
      const late = () => resolve(null)
      setTimeout(late, scanMs).unref()
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
    client.destroy()
    stream.destroy()
  }
}
