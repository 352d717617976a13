import type { Entry } from '../../../shared/contract/files.ts'

export type Column = 'name' | 'size' | 'modified' | 'mode' | 'owner' | 'type'

export interface Sort {
  readonly column: Column
  readonly down: boolean
}

export interface RowFilter {
  readonly sort: Sort
  readonly hidden: boolean
  readonly text: string
  /** Calculated folder sizes, by name. */
  readonly sizes: Readonly<Record<string, number>>
}

/** Filters and sorts rows: folders first, then by the sort column. Pure. */
export function visibleRows(entries: readonly Entry[], { sort, hidden, text, sizes }: RowFilter): readonly Entry[] {
  const wanted = text.trim().toLowerCase()
  const shown = entries.filter(
    ({ name }) =>
      (hidden || !name.startsWith('.')) && !isPart(name) && (wanted === '' || name.toLowerCase().includes(wanted)),
  )
  const keyed = shown.map(entry => ({ entry, folder: isFolder(entry), key: keyOf(entry, sort.column, sizes) }))
  const sign = sort.down ? -1 : 1
  keyed.sort((a, b) => {
    if (a.folder !== b.folder) return a.folder ? -1 : 1
    if (a.key !== b.key) return a.key < b.key ? -sign : sign
    return a.entry.name < b.entry.name ? -1 : 1
  })
  return keyed.map(({ entry }) => entry)
}

/** True for a folder or a symlink to one. */
export function isFolder({ kind, link }: Entry): boolean {
  return kind === 'folder' || link?.kind === 'folder'
}

/** The text of the Type column. */
export function typeOf({ kind, link, name }: Entry): string {
  if (kind === 'folder') return 'Folder'
  if (kind === 'link') return link?.kind === 'folder' ? 'Symlink to folder' : link?.kind ? 'Symlink' : 'Broken symlink'
  if (kind === 'special') return 'Special file'
  return /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toUpperCase() ?? 'File'
}

/** Permissions as `ls -l` shows them. */
export function modeText({ mode, kind }: Pick<Entry, 'mode' | 'kind'>): string {
  if (mode === null) return ''
  const letters = 'rwxrwxrwx'.split('').map((letter, index) => (mode & (0o400 >> index) ? letter : '-'))
  const special = [
    [0o4000, 2, 's'],
    [0o2000, 5, 's'],
    [0o1000, 8, 't'],
  ] as const
  for (const [bit, at, letter] of special)
    if (mode & bit) letters[at] = letters[at] === '-' ? letter.toUpperCase() : letter
  const first = { folder: 'd', link: 'l', file: '-', special: '?' }[kind]
  return first + letters.join('')
}

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const year = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Formats a time as `Today 09:41`, `Yesterday 09:41` or a date. */
export function timeText(ms: number | null, now: Date): string {
  if (ms === null) return ''
  const then = new Date(ms)
  const days = Math.round((startOfDay(now) - startOfDay(then)) / 86_400_000)
  if (days === 0) return `Today ${time.format(then)}`
  if (days === 1) return `Yesterday ${time.format(then)}`
  return (then.getFullYear() === now.getFullYear() ? day : year).format(then)
}

/** Formats a date and time to the second. */
export function fullTime(ms: number | null): string {
  return ms === null ? 'unknown' : full.format(new Date(ms))
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

// A sort key whose plain comparison ignores case and orders numbers by value.
function keyOf(entry: Entry, column: Column, sizes: RowFilter['sizes']): string | number {
  switch (column) {
    case 'name':
      return entry.name.toLowerCase().replace(/\d+/g, digits => digits.padStart(16, '0'))
    case 'size':
      return isFolder(entry) ? (Object.hasOwn(sizes, entry.name) && sizes[entry.name]) || -1 : entry.size
    case 'modified':
      return entry.mtimeMs ?? 0
    case 'mode':
      return entry.mode ?? 0
    case 'owner':
      return entry.owner ?? String(entry.uid ?? '')
    case 'type':
      return typeOf(entry)
  }
}

function isPart(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.hawser-part')
}
