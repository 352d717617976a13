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

// ssh2 grants more only while at most one window is unread, so a compliant server fills at most two.
const maxBuffered = 2 * channelWindow

/**
 * Rules for every channel of a connection, whichever side opened it (RFC 4254, 5.2 and 5.3):
 * - The server closes it, or Hawser decides to; it never closes just because both directions have ended. Hawser closes
 *   a session once it has the exit status and the end of output, and a forwarded connection once both sides have ended.
 * - A server that sends more than its windows allow loses the channel: an `error` with an AppError, then `close`.
 * - `goneEvent` is emitted once both sides have closed a channel, even if its remaining output is not read.
 * - An `error` without a listener doesn't crash, and writing after the connection is lost doesn't throw.
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
  // Muted before other listeners run, because they close their channels.
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

/** Both outputs share one window, but ssh2 checks only the output being read before it grants more. */
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
      if (output.readableLength > maxBuffered) {
        over = true
        flooded(channel)
      }
      return more && !isFull()
    }
    // The other output grants more after it was read.
    output._read = size => {
      if (!isFull()) read(size)
    }
  }
}
