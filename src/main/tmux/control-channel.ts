import { onCommandEnd } from '../ssh/command-end.ts'
import type { OpenedShell } from '../ssh/connection.ts'
import type { StartedCommand } from './start-control.ts'

/** A command on an SSH channel without a terminal, as `startControl` needs it. */
export function channelCommand(opened: OpenedShell): StartedCommand {
  const { channel, connection } = opened
  return {
    onData: listener => void channel.on('data', listener),
    onErrors: listener => void channel.stderr.on('data', listener),
    onEnd: listener =>
      void onCommandEnd(opened, end => {
        // Closed on purpose by Hawser.
        const isLost = end.kind === 'failed' && end.error.code !== 'cancelled'
        listener(isLost ? end.error : null)
      }),
    write: data => {
      if (!channel.writable) return
      connection.noteSent()
      channel.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    },
    close: () => void channel.close(),
  }
}
