import type { Api } from '../../../shared/contract/contract.ts'
import type { Entry } from '../../../shared/contract/files.ts'
import { paneOf, pathsOf } from './file-panes.ts'
import { changePane, type Mark, type PaneState } from './files-state.ts'
import { isFolder } from './rows.ts'

// SFTP has a resolution of 1 s, and FAT file systems one of 2 s.
const sameTimeMs = 2_000
const maxChecksums = 500

/** Compares the files of two folders by size and time. Folders with the same name count as equal. Pure. */
export function compareEntries(mine: readonly Entry[], theirs: readonly Entry[]): Readonly<Record<string, Mark>> {
  const others = new Map(theirs.map(entry => [entry.name, entry]))
  return Object.fromEntries(mine.map(entry => [entry.name, markOf(entry, others.get(entry.name))]))
}

function markOf(entry: Entry, other: Entry | undefined): Mark {
  if (!other) return 'only-here'
  if (isFolder(entry) || isFolder(other)) return isFolder(entry) === isFolder(other) ? 'same' : 'different'
  const difference = (entry.mtimeMs ?? 0) - (other.mtimeMs ?? 0)
  if (Math.abs(difference) >= sameTimeMs) return difference > 0 ? 'newer' : 'older'
  return entry.size === other.size ? 'same' : 'different'
}

/** Marks differences in both panes and selects those in `paneId`. Returns how many items differ in that pane. */
export async function compareByTime(_api: Api, paneId: string, otherId: string): Promise<number> {
  const [mine, theirs] = [paneOf(paneId), paneOf(otherId)]
  if (!mine || !theirs) return 0
  return show(
    [paneId, otherId],
    [compareEntries(mine.entries, theirs.entries), compareEntries(theirs.entries, mine.entries)],
  )
}

/** Like `compareByTime()`, but compares files of equal size by checksum and ignores their times. */
export async function compareByContents(api: Api, paneId: string, otherId: string): Promise<number> {
  const [mine, theirs] = [paneOf(paneId), paneOf(otherId)]
  if (!mine || !theirs) return 0
  const [ours, others] = [
    { ...compareEntries(mine.entries, theirs.entries) },
    { ...compareEntries(theirs.entries, mine.entries) },
  ]
  const sizes = new Map(theirs.entries.map(entry => [entry.name, entry.size]))
  const pairs = mine.entries.filter(entry => entry.kind === 'file' && sizes.has(entry.name)).slice(0, maxChecksums)
  for (const { name, size } of pairs) {
    const same = sizes.get(name) === size && (await sumOf(api, mine, name)) === (await sumOf(api, theirs, name))
    ours[name] = others[name] = same ? 'same' : 'different'
  }
  return show([paneId, otherId], [ours, others])
}

function sumOf(api: Api, pane: PaneState, name: string): Promise<string> {
  const [path] = pathsOf(pane, [name])
  return api.files.checksum({ place: { side: pane.side, path: path as string }, kind: 'sha256' })
}

function show(
  panes: readonly [string, string],
  marks: readonly [Readonly<Record<string, Mark>>, Readonly<Record<string, Mark>>],
): number {
  const differing = Object.entries(marks[0]).flatMap(([name, mark]) => (mark === 'same' ? [] : [name]))
  const [cursor = null] = differing
  changePane(panes[0], { marks: marks[0], selection: { selected: new Set(differing), cursor, anchor: cursor } })
  changePane(panes[1], { marks: marks[1] })
  return differing.length
}
