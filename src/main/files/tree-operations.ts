import { cancelled } from '../../shared/base/abort.ts'
import type { TreeCount } from '../../shared/contract/files.ts'
import { eachOf } from './each-of.ts'
import type { FileSystem } from './file-system.ts'
import { walk, type Found } from './walk.ts'

const atOnce = 64

/** Counts the files and folders below the paths, including the paths. Unreadable folders count as empty. */
export async function countTree(files: FileSystem, paths: readonly string[], signal: AbortSignal): Promise<TreeCount> {
  const count = { files: 0, folders: 0, bytes: 0 }
  await walk(files, paths, {
    signal,
    onFound: ({ info }) => {
      if (info.kind === 'folder') return void count.folders++
      count.files++
      if (info.kind === 'file') count.bytes += info.size
    },
    onFailed: () => {},
  })
  return count
}

/**
 * Deletes the paths and everything below them; links are deleted, their targets are not. Throws the first failure after
 * doing the rest.
 */
export async function removeTree(files: FileSystem, paths: readonly string[], signal: AbortSignal): Promise<void> {
  const { plain, folders, failures } = await collect(files, paths, signal)
  await eachOf(plain, atOnce, async path => {
    if (signal.aborted) throw cancelled()
    await files.removeFile(path).catch(noteUnlessMissing(failures))
  })
  // Folders are deleted after their contents.
  for (const level of byDepth(folders)) {
    if (signal.aborted) throw cancelled()
    await eachOf(level, atOnce, path => files.removeFolder(path).catch(noteUnlessMissing(failures)))
  }
  if (failures.length > 0) throw failures[0]
}

/**
 * Sets permissions; with `within` on everything below too, where folders get execute permission wherever they get read
 * permission.
 */
export async function setTreeMode(
  files: FileSystem,
  { paths, mode, within }: { paths: readonly string[]; mode: number; within: boolean },
  signal: AbortSignal,
): Promise<void> {
  if (!within) {
    return eachOf(paths, atOnce, async path => {
      // A link has no mode of its own, and its target was not selected.
      const info = await files.info(path)
      if (info && info.kind !== 'link') await files.change(path, { mode })
    })
  }
  const { plain, folders, failures, links } = await collect(files, paths, signal)
  const change = (path: string, to: number) => files.change(path, { mode: to }).catch(noteUnlessMissing(failures))
  await eachOf(
    plain.filter(path => !links.has(path)),
    atOnce,
    path => change(path, mode),
  )
  // From the inside out, so that a folder that loses permissions doesn't block the rest.
  for (const level of byDepth(folders)) await eachOf(level, atOnce, path => change(path, mode | ((mode & 0o444) >> 2)))
  if (failures.length > 0) throw failures[0]
}

async function collect(files: FileSystem, paths: readonly string[], signal: AbortSignal) {
  const [plain, folders, failures]: [string[], Found[], unknown[]] = [[], [], []]
  const links = new Set<string>()
  await walk(files, paths, {
    signal,
    onFound: found => {
      if (found.info.kind === 'folder') return void folders.push(found)
      plain.push(found.path)
      if (found.info.kind === 'link') links.add(found.path)
    },
    onFailed: (_path, error) => void failures.push(error),
  })
  return { plain, folders, failures, links }
}

function byDepth(folders: readonly Found[]): readonly (readonly string[])[] {
  const levels: string[][] = []
  for (const { below, path } of folders) (levels[below.length] ??= []).push(path)
  return levels.filter(Boolean).reverse()
}

function noteUnlessMissing(failures: unknown[]): (error: unknown) => void {
  return error => {
    if ((error as { code?: string }).code !== 'not-found') failures.push(error)
  }
}
