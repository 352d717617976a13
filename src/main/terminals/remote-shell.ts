import { AppError } from '../../shared/base/errors.ts'
import type { TerminalSize } from '../../shared/contract/terminals.ts'
import type { Channel, Connection } from '../ssh/connection.ts'
import type { Lease } from '../ssh/connection-pool.ts'
import type { Shell, ShellEnd } from './shell.ts'

// Twice the 2 MiB window that ssh2 grants; a server that sends on past it ignores the protocol.
const maxBuffered = 4 * 1024 * 1024

/** Opens a shell on a leased connection and owns the lease from then on. */
export async function startRemoteShell(
  lease: Lease<Connection>,
  size: TerminalSize,
  env: NodeJS.ProcessEnv,
): Promise<Shell> {
  const { connection } = lease
  // Without a language of its own (a desktop start often has none) a shell should still take UTF-8.
  const wanted = { COLORTERM: 'truecolor', LANG: env['LANG'] || 'C.UTF-8' }
  try {
    return wrap(await connection.shell({ size, term: 'xterm-256color', env: wanted }), lease)
  } catch (error) {
    lease.dispose()
    throw error
  }
}

function wrap(channel: Channel, lease: Lease<Connection>): Shell {
  const { connection } = lease
  let end: ShellEnd = { kind: 'exited', exit: { code: null, signal: null } }
  let over = false
  let tell: (end: ShellEnd) => void = () => {}
  const finish = () => {
    if (over) return
    over = true
    lost.dispose()
    lease.dispose()
    tell(end)
  }
  channel.on('exit', (code: number | null, signal?: string) => {
    end = { kind: 'exited', exit: { code, signal: signal?.replace(/^SIG/, '') ?? null } }
  })
  // A paused channel still holds what came before the close.
  channel.on('close', () =>
    channel.readableEnded || channel.readableLength === 0 ? finish() : channel.once('end', finish),
  )
  channel.on('error', () => finish())
  const lost = connection.onClosed(error => {
    end = error ? { kind: 'lost', error } : end
    finish()
  })
  const guard = (listener: (data: Buffer) => void) => (data: Buffer) => {
    if (channel.readableLength > maxBuffered) {
      end = {
        kind: 'lost',
        error: new AppError('lost', `${connection.where} sends more than it may. The session was closed.`),
      }
      channel.destroy()
      finish()
    } else {
      listener(data)
    }
  }
  return {
    onData: listener => {
      channel.on('data', guard(listener))
      channel.stderr.on('data', guard(listener))
    },
    onEnd: listener => {
      tell = listener
    },
    write: data => {
      connection.noteSent()
      channel.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    },
    resize: ({ cols, rows }) => void channel.setWindow(rows, cols, 0, 0),
    pause: () => channel.pause(),
    resume: () => channel.resume(),
    dispose: () => {
      if (over) return
      channel.close()
      finish()
    },
  }
}
