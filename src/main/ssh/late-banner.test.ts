import { createServer, type AddressInfo } from 'node:net'

import ssh2, { type Connection as Client } from 'ssh2'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'

import { dialRig, trusting } from '../../testing/dial.ts'
import { tempDir } from '../../testing/temp-dir.ts'

interface Sender {
  readonly _cipher: { encrypt(packet: Buffer): void }
  readonly _packetRW: {
    readonly write: { readonly allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer }
  }
}

const bannerMessage = 53

/** SSH_MSG_USERAUTH_BANNER, which ssh2's server sends at the start of the sign-in only. */
function sendBanner(client: Client, text: string): void {
  const { _cipher: cipher, _packetRW } = (client as unknown as { _protocol: Sender })._protocol
  const { write } = _packetRW
  const packet = write.alloc(1 + 4 + text.length + 4)
  const start = write.allocStart
  packet[start] = bannerMessage
  packet.writeUInt32BE(text.length, start + 1)
  packet.write(text, start + 5, 'latin1')
  packet.writeUInt32BE(0, start + 5 + text.length)
  cipher.encrypt(write.finalize(packet))
}

/** A server that never answers a sign-in; the client once it asks for one. */
async function silentServer(): Promise<{ port: number; signingIn: Promise<Client> }> {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
  const front = createServer()
  const signingIn = new Promise<Client>(resolve => {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, client => {
      client.on('error', () => {})
      client.on('authentication', () => resolve(client))
    })
    front.on('connection', socket => {
      onTestFinished(() => void socket.destroy())
      server.injectSocket(socket)
    })
  })
  await new Promise<void>(resolve => front.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void front.close())
  return { port: (front.address() as AddressInfo).port, signingIn }
}

afterEach(() => void vi.useRealTimers())

it('a banner that comes while the sign-in waits is shown at once, and all the time there is counts from it', async () => {
  const { port, signingIn } = await silentServer()
  const { dial, steps, stop } = dialRig(tempDir(), trusting())
  onTestFinished(stop)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  let ended: unknown
  dial({ port }).catch((error: unknown) => (ended = error))
  const client = await signingIn
  await vi.advanceTimersByTimeAsync(110_000)
  expect(ended).toBeUndefined()
  sendBanner(client, 'Sign in at https://login.example/a/1\r\n')
  await vi.waitFor(() => expect(steps.at(-1)).toBe('Signing in as me: Sign in at https://login.example/a/1'))
  await vi.advanceTimersByTimeAsync(110_000)
  expect(ended).toBeUndefined()
  await vi.advanceTimersByTimeAsync(11_000)
  await vi.waitFor(() => expect(ended).toMatchObject({ code: 'timed-out' }))
})
