import { AppError } from '../../shared/base/errors.ts'
import { DisposableStore, type Disposable } from '../../shared/base/lifecycle.ts'
import type { Connection, OpenedSubsystem } from '../ssh/connection.ts'
import type { Lease } from '../ssh/connection-pool.ts'
import { runsScripts, whyNoScripts } from '../ssh/run-script.ts'
import { PasswordExpired, TextBeforeSftp } from '../ssh/server-words.ts'
import { endOf } from '../work/end-of.ts'
import { SftpSession } from '../sftp/sftp-session.ts'
import { RemoteCommands } from './remote-commands.ts'
import { startRootServer } from './root-server.ts'
import { startOwnServer } from './started-server.ts'
import { SftpFiles } from './sftp-files.ts'
import { SftpLanes, type LaneSource } from './sftp-lanes.ts'

export interface RemoteFilesParts {
  readonly key: string
  /** The connection shared by the host's shells and files; owned from here on. */
  readonly lease: Lease<Connection>
  /** Leases another connection of the same login for bulk data; rejects if that would need to ask the user. */
  readonly leaseMore: (index: number, signal: AbortSignal) => Promise<Lease<Connection>>
  /** Leases a connection for these files alone, if the shared one has no sessions left; the user may be asked. */
  readonly leaseAlone: (signal: AbortSignal) => Promise<Lease<Connection>>
  /** Set for browsing as root: asks for the sudo password. */
  readonly askSudo: (() => Promise<string | null>) | null
  readonly signal: AbortSignal
}

// OpenSSH allows ten.
const maxSharedLanes = 2

/** Opens the files of a host. Errors: those of the connection, and `server-refused` if there is no SFTP. */
export async function openRemoteFiles(parts: RemoteFilesParts): Promise<SftpFiles> {
  try {
    return await openOn(parts)
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'too-many-connections')) throw error
    return openOn({ ...parts, lease: await parts.leaseAlone(parts.signal) })
  }
}

async function openOn(parts: RemoteFilesParts): Promise<SftpFiles> {
  const { lease, signal, askSudo } = parts
  const { connection } = lease
  const owned = new DisposableStore()
  owned.add(lease)
  try {
    const start: StartSftp = askSudo
      ? on => startRootServer(on, { signal, askPassword: askSudo })
      : (on, until) => on.subsystem('sftp', until)
    const [{ session, way }, commands] = await Promise.all([
      openSession(connection, { start, owned, signal }),
      askSudo ? null : commandsOf(connection, { signal, owned }),
    ])
    const roundTrip = roundTripOf(connection)
    const source: LaneSource = askSudo
      ? { open: () => Promise.reject(new Error('one lane as root')), roundTripMs: roundTrip }
      : laneSource(parts, way, roundTrip)
    const lanes = new SftpLanes(session, source)
    // The first round-trip time is often known by now; otherwise it is awaited.
    if (roundTrip() > 0) lanes.warm()
    else {
      const known = owned.add(
        connection.onLinkChanged(() => {
          known.dispose()
          lanes.warm()
        }),
      )
    }
    return new SftpFiles({
      label: connection.where,
      key: parts.key,
      session,
      lanes,
      commands,
      roundTripMs: roundTrip,
    })
  } catch (error) {
    // The session of a lost connection ends first, which says nothing about the server's SFTP.
    await new Promise(resolve => setImmediate(resolve))
    const lost = connection.isClosed
    owned.dispose()
    if (lost && error instanceof AppError && error.code === 'server-refused')
      throw new AppError('lost', `The connection to ${connection.where} was lost.`, { cause: error })
    throw error
  }
}

/** Starts the channel that carries SFTP. */
type StartSftp = (on: Connection, signal: AbortSignal) => Promise<OpenedSubsystem>

/** Opens a session in the standard way or, if startup files print text before the protocol, by skipping that text. */
async function openSession(
  connection: Connection,
  { start, owned, signal }: { readonly start: StartSftp; readonly owned: Disposable; readonly signal: AbortSignal },
): Promise<{ readonly session: SftpSession; readonly way: StartSftp }> {
  let isOpen = false
  // A session that never started leaves the connection open for another attempt.
  const ifOpen = { dispose: () => (isOpen ? owned.dispose() : undefined) }
  const open = async (way: StartSftp) => {
    const { channel, words, connection: carrier } = await way(connection, signal)
    const noteWaiting = waitingOn(carrier)
    const parts = { where: connection.where, owned: ifOpen, words, signal, noteWaiting }
    const session = await SftpSession.open(channel, parts)
    isOpen = true
    return { session, way }
  }
  try {
    return await open(start)
  } catch (error) {
    if (error instanceof TextBeforeSftp) return open(startOwnServer).catch((second: unknown) => throwOf(error, second))
    if (!(error instanceof AppError) || error.code !== 'server-refused') throw error
    // OpenSSH drops a subsystem's standard error; a command keeps it.
    const why = await whyNoScripts(connection, signal).catch(() => null)
    throw why instanceof PasswordExpired ? why : error
  }
}

/** The second attempt has the more complete output, since OpenSSH drops a subsystem's standard error. */
function throwOf(first: AppError, second: unknown): never {
  const isBetter = second instanceof AppError && /^(lost|cancelled|server-refused)$/.test(second.code)
  throw isBetter ? second : first
}

/**
 * Null if the host runs no scripts: its login shell isn't a Unix shell, or a forced command runs instead
 * (ForceCommand).
 */
async function commandsOf(
  connection: Connection,
  { signal, owned }: { signal: AbortSignal; owned: DisposableStore },
): Promise<RemoteCommands | null> {
  const runs = await runsScripts(connection, signal).catch(() => false)
  if (!runs) return null
  return new RemoteCommands(connection, endOf(owned))
}

/** Opens lanes on their own connections or, if the host would need to ask for those, on the existing one. */
function laneSource({ lease, leaseMore }: RemoteFilesParts, start: StartSftp, roundTripMs: () => number): LaneSource {
  let alone = true
  let shared = 0
  return {
    roundTripMs,
    open: async (index, signal) => {
      const more = alone ? await leaseMore(index, signal).catch(() => null) : null
      if (!more) alone = false
      // Leaves channels for shells, since a connection allows few.
      if (!more && ++shared > maxSharedLanes) throw new Error('no more lanes on the shared connection')
      const owned = more ?? { dispose: () => {} }
      const connection = more?.connection ?? lease.connection
      try {
        const { channel, words, connection: carrier } = await start(connection, signal)
        const noteWaiting = waitingOn(carrier)
        return await SftpSession.open(channel, { where: carrier.where, owned, words, signal, noteWaiting })
      } catch (error) {
        owned.dispose()
        throw error
      }
    },
  }
}

function waitingOn(connection: Connection): (waits: () => boolean) => Disposable {
  return waits => connection.noteWaiting(waits)
}

// While the connection is stalled, the last measured round-trip time applies.
function roundTripOf(connection: Connection): () => number {
  let last = 0
  return () => {
    const { link } = connection
    if (link.kind === 'ready' && link.latencyMs !== null) last = link.latencyMs
    return last
  }
}
