import { createHash, randomBytes } from 'node:crypto'

import { expect, onTestFinished, test } from 'vitest'

import { dialRig, trusting } from '../../testing/dial.ts'
import { hasOpenSsh, startOpenSsh } from '../../testing/open-ssh.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { fixedLine } from './command-line.ts'

test.skipIf(!hasOpenSsh)('data sent during a rekey arrives complete', async () => {
  const folder = tempDir()
  const server = await startOpenSsh(folder, ['RekeyLimit 64K'])
  const rig = dialRig(folder, trusting())
  onTestFinished(() => {
    rig.stop()
    server.stop()
  })
  const connection = await rig.dial({ port: server.port, user: server.user, signIn: 'key', keyFile: server.id })
  const { channel } = await connection.exec(fixedLine`cat`, new AbortController().signal)
  const [sent, got] = [createHash('sha256'), createHash('sha256')]
  let bytes = 0
  const total = 3_000_000
  const whole = new Promise<void>((resolve, reject) => {
    channel.on('data', (data: Buffer) => {
      got.update(data)
      bytes += data.length
      if (bytes >= total) resolve()
    })
    channel.on('close', () => reject(new Error(`closed after ${bytes} bytes`)))
  })
  // A little on every turn of the event loop, so that some falls into each exchange.
  for (let done = 0; done < total; done += 500) {
    const data = randomBytes(500)
    sent.update(data)
    channel.write(data)
    await new Promise(resolve => setImmediate(resolve))
  }
  await whole
  expect(got.digest('hex')).toBe(sent.digest('hex'))
})
