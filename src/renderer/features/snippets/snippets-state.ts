import { create } from 'zustand'

import { groupChain } from '../../../shared/contract/inheritance.ts'
import type { Group, GroupId, Host } from '../../../shared/contract/hosts.ts'
import type {
  Asking,
  Given,
  HostsAndGroups,
  RunId,
  Snippet,
  SnippetBook,
  Values,
} from '../../../shared/contract/snippets.ts'
import { targetKey, type Target } from '../../../shared/contract/targets.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'

/** A snippet to run, with its targets and values. */
export interface Order {
  readonly snippet: Snippet
  readonly targets: readonly Target[]
  /** The terminals that it was started from: several during a broadcast, none outside of terminals. */
  readonly panes: readonly Pane[]
  readonly values: Values
  readonly given: Given
  /** True if it runs because a terminal opens: it must not take the focus or replace another dialog. */
  readonly startsUp: boolean
}

/** The dialog that is open over the window, if any. */
export type SnippetDialog =
  | { readonly kind: 'form'; readonly snippet: Snippet | null; readonly draft?: Partial<Snippet> }
  | { readonly kind: 'run'; readonly order: Order; readonly asking: Asking }
  /** `asking` is the run dialog to return to. */
  | { readonly kind: 'confirm'; readonly order: Order; readonly asking: Asking | null }
  | { readonly kind: 'delete'; readonly snippet: Snippet }

interface SnippetsView {
  readonly filter: string
  /** The collapsed packages. */
  readonly folded: ReadonlySet<string>
  readonly dialog: SnippetDialog | null
  /** The number of dialogs so far, used as a key: each dialog starts with fresh state. */
  readonly dialogs: number
  /** The run in the panel; null while there is no panel. */
  readonly shownRun: RunId | null
}

/** What this window shows of the snippets and of their runs. */
export const useSnippetsView = create<SnippetsView>()(() => ({
  filter: '',
  folded: new Set(),
  dialog: null,
  dialogs: 0,
  shownRun: null,
}))

/** Opens a dialog about snippets in the place of another; null closes it. */
export function openSnippetDialog(dialog: SnippetDialog | null): void {
  useSnippetsView.setState(({ dialogs }) => ({ dialog, dialogs: dialogs + 1 }))
}

/** Shows a run in the panel; null hides the panel. */
export function showRun(shownRun: RunId | null): void {
  useSnippetsView.setState({ shownRun })
}

/** Collapses a package, or expands it again. */
export function foldPackage(name: string): void {
  useSnippetsView.setState(({ folded }) => {
    const next = new Set(folded)
    if (!next.delete(name)) next.add(name)
    return { folded: next }
  })
}

const haystacks = new WeakMap<Snippet, string>()

function haystack(snippet: Snippet): string {
  const known = haystacks.get(snippet)
  if (known !== undefined) return known
  const { name, description, command, tags, package: of } = snippet
  const made = [name, of, ...tags, description, command.slice(0, 1000)].join('\n').toLowerCase()
  haystacks.set(snippet, made)
  return made
}

/** The snippets that contain every typed word, those with all of them in the name first. */
export function matchingSnippets(all: readonly Snippet[], typed: string): readonly Snippet[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return all
  const found = all.filter(each => words.every(word => haystack(each).includes(word)))
  const byName = (each: Snippet) => words.every(word => each.name.toLowerCase().includes(word))
  return [...found.filter(byName), ...found.filter(each => !byName(each))]
}

/** The snippets by package, packages by name, snippets without one first. */
export function byPackage(all: readonly Snippet[]): readonly (readonly [name: string, snippets: readonly Snippet[]])[] {
  const found = new Map<string, Snippet[]>()
  for (const each of all) {
    const list = found.get(each.package)
    if (list) list.push(each)
    else found.set(each.package, [each])
  }
  return [...found].toSorted(([a], [b]) => a.localeCompare(b))
}

interface Places {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
}

/** The hosts of each group, including those of its subgroups. */
export function hostsByGroup({ hosts, groups }: Places): ReadonlyMap<GroupId, readonly Host[]> {
  const parents = new Map(groups.map(each => [each.id, each.parentId]))
  const found = new Map<GroupId, Host[]>(groups.map(each => [each.id, []]))
  for (const host of hosts) {
    const seen = new Set<GroupId>()
    for (let id = host.groupId; id !== null && !seen.has(id); id = parents.get(id) ?? null) {
      seen.add(id)
      found.get(id)?.push(host)
    }
  }
  return found
}

/** True if the target is one of the hosts, or in one of the groups. */
export function holds(places: HostsAndGroups, target: Target, book: Places): boolean {
  if (target.kind !== 'host') return false
  if (places.hosts.includes(target.hostId)) return true
  if (places.groups.length === 0) return false
  const host = book.hosts.find(each => each.id === target.hostId)
  return host !== undefined && groupChain(host.groupId, book.groups).some(({ id }) => places.groups.includes(id))
}

/** True if a snippet may run on a target. On this computer it can only be typed. */
export function mayRun({ where, mode }: Snippet, target: Target, book: Places): boolean {
  if (target.kind === 'local') return where === null && (mode === 'send' || mode === 'type')
  return where === null || holds(where, target, book)
}

/**
 * The snippets for a target: those with a number first, then the others in their order. Use does not change the order, so
 * that a second click at the same position presses the same button.
 */
export function snippetsFor({ snippets }: SnippetBook, target: Target, book: Places): readonly Snippet[] {
  return snippets.filter(snippet => mayRun(snippet, target, book)).toSorted((a, b) => (a.key ?? 10) - (b.key ?? 10))
}

/** How an order runs: typed if possible, else in the background on each of its targets. */
export function planOf({
  snippet: { mode },
  targets,
  panes,
}: Pick<Order, 'snippet' | 'targets' | 'panes'>): 'type' | 'background' | 'tmux' {
  const here = new Set(panes.map(each => targetKey(each.target)))
  const typed = targets.length === 1 || targets.every(each => here.has(targetKey(each)))
  // A snippet that is only typed never runs by itself, on any number of hosts.
  if (mode === 'type' || (mode === 'send' && typed)) return 'type'
  return mode === 'tmux' ? 'tmux' : 'background'
}
