import { watch, type FSWatcher } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'

/** The part of `fs.watch` that is needed. */
export type WatchSystem = (folder: string, onChange: () => void) => Pick<FSWatcher, 'on' | 'close'>

export interface WatchOptions {
  readonly system?: WatchSystem
  /** How often the folder is polled if the system can't watch it, in milliseconds. */
  readonly everyMs?: number
}

/**
 * Calls back after each change in a folder, perhaps more than once. If the system can't watch it (no watches left, a
 * network drive, a later error), its files are polled every second.
 */
export function watchFolder(
  folder: string,
  onChange: () => void,
  { system = watch, everyMs = 1_000 }: WatchOptions = {},
): Disposable {
  let polling: Disposable | undefined
  let disposed = false
  const poll = () => {
    if (disposed || polling) return
    polling = pollFolder(folder, onChange, everyMs)
    // Covers changes since the system stopped watching.
    onChange()
  }
  let watcher: Pick<FSWatcher, 'on' | 'close'> | undefined
  try {
    watcher = system(folder, onChange)
    watcher.on('error', poll)
  } catch {
    poll()
  }
  return toDisposable(() => {
    disposed = true
    watcher?.close()
    polling?.dispose()
  })
}

function pollFolder(folder: string, onChange: () => void, everyMs: number): Disposable {
  let last: string | undefined
  let busy = false
  const look = async () => {
    if (busy) return
    busy = true
    const now = await stateOf(folder)
    busy = false
    if (last !== undefined && last !== now) onChange()
    last = now
  }
  void look()
  const timer = setInterval(() => void look(), everyMs)
  timer.unref()
  return toDisposable(() => clearInterval(timer))
}

async function stateOf(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[])
  const found = await Promise.all(names.map(name => stat(join(folder, name)).catch(() => null)))
  return JSON.stringify(names.map((name, at) => [name, found[at]?.mtimeMs, found[at]?.size, found[at]?.ino]))
}
