import { connect as connectTcp, createServer } from 'node:net'

import { afterEach, describe, expect, it } from 'vitest'

import { onCommand, rawServer, sendNow, type ServerProtocol } from '../../testing/raw-ssh.ts'
import { typedByUser } from './command-line.ts'
import { runCommand } from './run-command.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const signal = new AbortController().signal
const text = (value: string) => Buffer.from(`\0\0\0${String.fromCharCode(value.length)}${value}`, 'latin1')
const ignore = Buffer.concat([Buffer.from([2]), text('anything')])
const unimplemented = Buffer.from([3, 0, 0, 0, 9])
const debug = Buffer.concat([Buffer.from([4, 0]), text('hello'), text('')])

async function connectTo(duringKex: (protocol: ServerProtocol) => void) {
  const server = await rawServer((client, protocol) =>
    onCommand(client, (channel, command) => {
      if (command === 'rekey') {
        protocol.rekey()
        duringKex(protocol)
      }
      channel.exit(5)
      channel.end()
    }),
  )
  ends.push(() => server.stop())
  return server.dial()
}

describe('a rekey', () => {
  it.each([
    ['IGNORE', ignore],
    ['UNIMPLEMENTED', unimplemented],
    ['DEBUG', debug],
  ])('accepts %s in its middle, as often as the keys change', async (_name, packet) => {
    const connection = await connectTo(protocol => sendNow(protocol, packet))
    for (let n = 0; n < 3; n++)
      expect(await runCommand(connection, typedByUser('rekey'), { signal })).toMatchObject({ code: 5 })
    expect(await runCommand(connection, typedByUser('then'), { signal })).toMatchObject({ code: 5 })
  })

  it('does not start again in its middle', async () => {
    const kexinit = Buffer.concat([Buffer.from([20]), Buffer.alloc(16), Buffer.alloc(40), Buffer.alloc(5)])
    const connection = await connectTo(protocol => sendNow(protocol, kexinit))
    await expect(runCommand(connection, typedByUser('rekey'), { signal })).rejects.toMatchObject({ code: 'lost' })
  })
})

describe('the first key exchange', () => {
  // Terrapin (CVE-2023-48795): an attacker inserts a packet that strict key exchange forbids.
  it('stays strict: an inserted IGNORE ends it', async () => {
    const server = await rawServer(() => {})
    const between = createServer(socket => {
      const onward = connectTcp(server.port, '127.0.0.1')
      for (const each of [socket, onward]) each.on('error', () => {})
      socket.pipe(onward)
      let held = Buffer.alloc(0)
      let sent = false
      onward.on('data', (data: Buffer) => {
        if (sent) return void socket.write(data)
        held = Buffer.concat([held, data])
        const start = held.indexOf('\r\n') + 2
        if (start < 2 || held.length < start + 4) return
        const end = start + 4 + held.readUInt32BE(start)
        if (held.length < end) return
        sent = true
        const padding = 16 - ((5 + ignore.length) % 8)
        const head = Buffer.from([0, 0, 0, 1 + ignore.length + padding, padding])
        const packet = Buffer.concat([head, ignore, Buffer.alloc(padding)])
        socket.write(Buffer.concat([held.subarray(0, end), packet, held.subarray(end)]))
      })
    })
    await new Promise<void>(resolve => between.listen(0, '127.0.0.1', resolve))
    ends.push(
      () => server.stop(),
      () => between.close(),
    )
    const { port } = between.address() as { port: number }
    await expect(server.rig.dial({ port })).rejects.toMatchObject({
      code: 'server-refused',
      // No other code tells that the inserted packet was the reason.
      message: expect.stringContaining('packet type 2'),
    })
    await expect(server.dial()).resolves.toBeDefined()
  })
})
