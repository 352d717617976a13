import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { joinPath } from '../../shared/base/paths.ts'
import type { Entry } from '../../shared/contract/files.ts'
import { decodeName } from '../sftp/byte-names.ts'
import type { NamedEntry } from '../sftp/replies.ts'
import type { Handle } from '../sftp/handle-ledger.ts'
import type { SftpSession } from '../sftp/sftp-session.ts'
import type { ListOptions } from './file-system.ts'
import { SftpStatusError } from '../sftp/sftp-status-error.ts'
import { toEntry, toInfo } from './sftp-entries.ts'

// A reply has about a hundred names: enough requests are in flight to keep the connection busy.
const firstRequests = 16
const maxRequests = 128
const maxNameBytes = 256 * 1024 * 1024
// A server may return an empty reply now and then; one that always does would never end.
const maxEmptyReplies = 16
const linkRequests = 64

/**
 * Reads a folder with many READDIR requests in flight. Links are reported twice: at once, and again once their target
 * is known. Errors: `SftpStatusError`, and `server-refused` for more than `mostNames` names, a million by default.
 */
export async function listFolder(
  session: SftpSession,
  path: string,
  options: ListOptions & { readonly mostNames?: number },
): Promise<void> {
  const { signal, mostNames = 1_000_000 } = options
  const handle = await session.openFolder(path, signal)
  const links: Entry[] = []
  try {
    await readNames(session, handle, {
      signal,
      mostNames,
      onNames: names => {
        const entries = names.map(toEntry).filter(entry => entry !== null)
        for (const entry of entries) if (entry.kind === 'link') links.push(entry)
        if (entries.length > 0) options.onEntries(entries)
      },
    })
  } finally {
    void session.close(handle).catch(() => {})
  }
  await followLinks(session, { path, links }, options)
}

async function readNames(
  session: SftpSession,
  handle: Handle,
  options: {
    readonly signal: AbortSignal
    readonly mostNames: number
    readonly onNames: (names: readonly NamedEntry[]) => void
  },
): Promise<void> {
  const { signal, mostNames, onNames } = options
  let [wanted, running, names, bytes, empty] = [firstRequests, 0, 0, 0, 0]
  let ended = false
  let cancel = () => {}
  await new Promise<void>((resolve, reject) => {
    const take = (found: readonly NamedEntry[] | null) => {
      running--
      if (found === null) ended = true
      else {
        names += found.length
        bytes += found.reduce((sum, each) => sum + each.name.length, 0)
        empty = found.length === 0 ? empty + 1 : 0
        if (names > mostNames || bytes > maxNameBytes || empty > maxEmptyReplies)
          return stop(
            new AppError('server-refused', 'The server’s folder listing doesn’t end. Hawser stopped reading it.'),
          )
        onNames(found)
        wanted = Math.min(maxRequests, wanted + 2)
      }
      if (ended && running === 0) resolve()
      else ask()
    }
    const stop = (error: unknown) => {
      ended = true
      reject(error)
    }
    // Replies to requests past the end of the names say nothing about the folder.
    const afterEnd = (error: unknown) => (ended && error instanceof SftpStatusError ? take(null) : stop(error))
    const ask = () => {
      for (; running < wanted && !ended; running++) session.readFolder(handle).then(take).catch(afterEnd)
    }
    // One listener for all of the requests; what they still answer is nobody's.
    cancel = () => stop(cancelled())
    signal.addEventListener('abort', cancel)
    ask()
  }).finally(() => signal.removeEventListener('abort', cancel))
}

async function followLinks(
  session: SftpSession,
  { path, links }: { path: string; links: readonly Entry[] },
  { signal, onEntries }: ListOptions,
): Promise<void> {
  for (let at = 0; at < links.length && !signal.aborted; at += linkRequests) {
    const found = await Promise.all(
      links.slice(at, at + linkRequests).map(async entry => {
        const file = joinPath(path, entry.name)
        const [target, kind] = await Promise.all([
          session.readlink(file).then(decodeName, () => null),
          session.stat(file).then(
            attributes => toInfo(attributes).kind,
            () => null,
          ),
        ])
        return target === null ? entry : { ...entry, link: { target, kind } }
      }),
    )
    if (!signal.aborted) onEntries(found)
  }
}
