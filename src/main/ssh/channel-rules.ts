import type { Client, ClientChannel } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'
import { goneEvent } from './session-route.ts'
import {
  channelWindow,
  forgetChannel,
  isSession,
  keepOpenAfterEnd,
  muteChannels,
  onWindowExceeded,
  visitChannels,
} from './ssh2-internals.ts'

// ssh2 grants more while up to one window waits to be read, so a server that keeps to the windows fills two at most.
const mostBuffered = 2 * channelWindow

/**
 * The rules for every channel of a connection, whichever side opened it (RFC 4254, 5.2 and 5.3):
 * - It is closed by the server, or by Hawser's decision, never because both directions have ended. A session is closed
 *   from this side once its exit status and its end of output are here, a forwarded connection once both sides have ended.
 * - A server that sends more than its windows allow loses the channel: an `error` with an AppError, then `close`.
 * - `goneEvent` comes once both sides have closed a channel, also when nobody reads what it still holds.
 * - An `error` that nobody listens for is no crash, and nothing that is written after the link is gone throws.
 */
export function applyChannelRules(client: Client, where: string, onSessionGone: () => void): void {
  const flooded = (channel: ClientChannel) => {
    channel.close()
    forgetChannel(client, channel)
    channel.emit('error', new AppError('lost', `${where} sent more data than allowed, so its channel was closed.`))
    channel.emit('close')
  }
  onWindowExceeded(client, flooded)
  visitChannels(client, {
    opened: channel => {
      channel.on('error', () => {})
      keepOpenAfterEnd(channel)
      closeWhenOver(channel)
      capBuffers(channel, flooded)
    },
    gone: channel => {
      channel.emit(goneEvent)
      if (isSession(channel)) onSessionGone()
    },
  })
  // Before anybody else hears of it: they close what they have open.
  const mute = () => muteChannels(client)
  client.on('end', mute).on('close', mute)
}

function closeWhenOver(channel: ClientChannel): void {
  const missing = new Set(['end', isSession(channel) ? 'exit' : 'finish'])
  for (const event of [...missing])
    channel.once(event, () => {
      missing.delete(event)
      if (missing.size === 0) channel.close()
    })
}

/** Both outputs share one window; ssh2 looks only at the one that it reads when it grants more. */
function capBuffers(channel: ClientChannel, flooded: (channel: ClientChannel) => void): void {
  const outputs = [channel, channel.stderr]
  let over = false
  for (const output of outputs) {
    const others = outputs.filter(other => other !== output)
    const isFull = () => others.some(other => other.readableLength >= other.readableHighWaterMark)
    const [push, read] = [output.push.bind(output), output._read.bind(output)]
    let ended = false
    output.push = (data: unknown) => {
      if (over || ended) return true
      ended = data === null
      const more = push(data)
      if (output.readableLength > mostBuffered) {
        over = true
        flooded(channel)
      }
      return more && !isFull()
    }
    // The other output grants more once it was read.
    output._read = size => {
      if (!isFull()) read(size)
    }
  }
}
