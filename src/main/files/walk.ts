import { cancelled } from '../../shared/base/abort.ts'
import { AppError } from '../../shared/base/errors.ts'
import { joinPath } from '../../shared/base/paths.ts'
import type { Entry, FileInfo } from '../../shared/contract/files.ts'
import type { FileSystem } from './file-system.ts'

/** A file or folder found by a walk. */
export interface Found {
  readonly path: string
  readonly info: FileInfo | Entry
  /** The names from the start of the walk; empty for the start itself. */
  readonly below: readonly string[]
}

export interface WalkOptions {
  readonly signal: AbortSignal
  /** Called for each start and everything below it, a folder before its contents. */
  readonly onFound: (found: Found) => void
  /** Called for an unreadable folder; the walk continues unless this throws. */
  readonly onFailed: (path: string, error: unknown) => void
}

const foldersAtOnce = 32
// A PATH_MAX of 4,096 bytes allows about 2,000 names; a deeper tree is invented by the server.
const deepest = 2_000

/** Walks trees, with many folders in parallel. Links are reported, never followed. Errors: `cancelled` on abort. */
export async function walk(files: FileSystem, starts: readonly string[], options: WalkOptions): Promise<void> {
  const { signal, onFound, onFailed } = options
  const waiting: Found[] = []
  const visit = (found: Found) => {
    onFound(found)
    if (found.info.kind === 'folder' && found.below.length < deepest) waiting.push(found)
  }
  await Promise.all(
    starts.map(async path => {
      try {
        const info = await files.info(path)
        if (info) visit({ path, info, below: [] })
        else onFailed(path, new AppError('not-found', `${path} no longer exists.`))
      } catch (error) {
        onFailed(path, error)
      }
    }),
  )
  await new Promise<void>((resolve, reject) => {
    let running = 0
    const next = () => {
      if (signal.aborted) return reject(cancelled())
      while (running < foldersAtOnce && waiting.length > 0) {
        running++
        void read(waiting.pop() as Found)
      }
      if (running === 0) resolve()
    }
    const read = async (folder: Found) => {
      const links = new Set<string>()
      const take = (entry: Entry) => {
        // A remote link is reported again once its target is known.
        if (entry.kind === 'link' && links.has(entry.name)) return
        if (entry.kind === 'link') links.add(entry.name)
        visit({ path: joinPath(folder.path, entry.name), info: entry, below: [...folder.below, entry.name] })
      }
      try {
        await files.list(folder.path, { signal, onEntries: entries => entries.forEach(take) })
      } catch (error) {
        if (!signal.aborted) onFailed(folder.path, error)
      } finally {
        running--
        next()
      }
    }
    next()
  })
}
