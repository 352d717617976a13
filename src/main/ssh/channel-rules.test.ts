import { setTimeout as wait } from 'node:timers/promises'

import type { Connection as ServerClient, ServerChannel } from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'

import { onCommand, rawServer, type ServerProtocol } from '../../testing/raw-ssh.ts'
import { RemoteCommands } from '../files/remote-commands.ts'
import { typedByUser } from './command-line.ts'
import { runCommand } from './run-command.ts'
import { sh } from './script.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

const signal = new AbortController().signal

async function connect(serve: (client: ServerClient, protocol: ServerProtocol) => void) {
  const server = await rawServer(serve)
  ends.push(() => server.stop())
  return server.dial()
}

/**
 * Like asyncssh: its end of output follows the client's, the exit status comes later, and an earlier close is fatal.
 */
function endsFirst(client: ServerClient, protocol: ServerProtocol): void {
  onCommand(client, (channel, command) => {
    let exited = false
    channel.resume().on('end', () => {
      channel.write(`${command}\n`)
      channel.eof()
      setTimeout(() => {
        exited = true
        protocol.exitStatus(outgoing(channel).id, 7)
        channel.close()
      }, 30)
    })
    channel.on('close', () => (exited ? undefined : client.end()))
  })
}

const outgoing = (channel: ServerChannel) =>
  (channel as unknown as { outgoing: { id: number; window: number } }).outgoing

describe('a channel', () => {
  it('of a command stays open until its exit status has arrived', async () => {
    const connection = await connect(endsFirst)
    for (let n = 0; n < 5; n++) {
      const { code, output } = await runCommand(connection, typedByUser(`echo ${n}`), { signal })
      expect([code, output.toString()]).toEqual([7, `echo ${n}\n`])
    }
    const stream = await new RemoteCommands(connection, signal).start(sh`tar`, signal)
    stream.ignoreOutput()
    stream.end()
    // This server runs nothing, but its exit status is received.
    await expect(stream.ended).rejects.toThrow('exit code 7')
    await expect.poll(() => connection.sessions).toBe(0)
    expect(connection.isClosed).toBe(false)
  })

  it('is closed by Hawser once a command has ended, if the server doesn’t close it', async () => {
    const closed: string[] = []
    const connection = await connect(client =>
      onCommand(client, (channel, command) => {
        channel.resume().on('close', () => closed.push(command))
        channel.exit(4)
        channel.eof()
      }),
    )
    expect(await runCommand(connection, typedByUser('quick'), { signal })).toMatchObject({ code: 4 })
    await expect.poll(() => closed).toEqual(['quick'])
    expect(connection.sessions).toBe(0)
  })

  it('through the host is closed once both sides have ended', async () => {
    const connection = await connect(client =>
      client.on('tcpip', accept => {
        const channel = accept()
        // ssh2's server closes at the end: only its end of data is sent here.
        channel.resume().on('end', () => channel.eof())
      }),
    )
    const channel = await connection.connectFromServer('box', 1, signal)
    const closed = new Promise(resolve => channel.resume().on('close', resolve))
    channel.end()
    await closed
  })

  it('whose server ignores the window is closed, and the connection stays up', async () => {
    const chunk = Buffer.alloc(32_000)
    const connection = await connect((client, protocol) =>
      onCommand(client, (channel, command) => {
        if (command !== 'flood') return void (channel.exit(0), channel.end())
        for (let n = 0; n < 400; n++) protocol.channelData(outgoing(channel).id, chunk)
      }),
    )
    const { channel } = await connection.exec(typedByUser('flood'), signal)
    const failed = new Promise(resolve => channel.once('error', resolve))
    expect(await failed).toMatchObject({ code: 'lost' })
    expect(channel.readableLength).toBeLessThan(5 * 1024 * 1024)
    expect(await runCommand(connection, typedByUser('next'), { signal })).toMatchObject({ code: 0 })
    const stream = await new RemoteCommands(connection, signal).start(sh`tar`, signal)
    stream.dispose()
    await expect.poll(() => connection.sessions).toBe(0)
  })

  it('whose server respects the window delivers everything, however slowly it is read', async () => {
    const [total, piece] = [12 * 1024 * 1024, 64 * 1024]
    const connection = await connect(client =>
      onCommand(client, channel => {
        const next = (sent: number) => {
          if (sent === total) return void (channel.exit(0), channel.end())
          channel.stderr.write('w')
          channel.write(Buffer.alloc(piece), () => next(sent + piece))
        }
        next(0)
      }),
    )
    const { channel } = await connection.exec(typedByUser('tar'), signal)
    let [got, said, most] = [0, 0, 0]
    channel.stderr.on('data', (data: Buffer) => (said += data.length))
    const over = new Promise((resolve, reject) => channel.on('close', resolve).on('error', reject))
    channel.on('data', (data: Buffer) => {
      most = Math.max(most, channel.readableLength)
      got += data.length
      if (got % (1024 * 1024) !== 0) return
      channel.pause()
      void wait(20).then(() => channel.resume())
    })
    await over
    expect([got, said]).toEqual([total, total / piece])
    expect(most).toBeLessThanOrEqual(4 * 1024 * 1024)
  })

  it('that is written to and closed after the connection was lost throws nothing', async () => {
    let cut = () => {}
    const connection = await connect(client => {
      onCommand(client, () => {})
      cut = () => (client as unknown as { _sock: { destroy(): void } })._sock.destroy()
    })
    const { channel } = await connection.exec(typedByUser('cat'), signal)
    const lost = new Promise(resolve => connection.onClosed(resolve))
    cut()
    expect(await lost).toMatchObject({ code: 'lost' })
    channel.write('more')
    channel.end('the rest')
    channel.write('after the end')
    channel.close()
    await wait(5)
  })
})
