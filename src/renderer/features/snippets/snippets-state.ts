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

/** A snippet that is to run: where, and with what. */
export interface Order {
  readonly snippet: Snippet
  readonly targets: readonly Target[]
  /** The terminals that it was asked for in: several while what is typed goes to all; none elsewhere. */
  readonly panes: readonly Pane[]
  readonly values: Values
  readonly given: Given
  /** It starts with a terminal, asked for by nobody: it takes neither the keyboard nor another dialog's place. */
  readonly startsUp: boolean
}

/** The dialog that is open over the window, if any. */
export type SnippetDialog =
  | { readonly kind: 'form'; readonly snippet: Snippet | null; readonly draft?: Partial<Snippet> }
  | { readonly kind: 'run'; readonly order: Order; readonly asking: Asking }
  /** `asking` leads back to what was asked before. */
  | { readonly kind: 'confirm'; readonly order: Order; readonly asking: Asking | null }
  | { readonly kind: 'delete'; readonly snippet: Snippet }

interface SnippetsView {
  readonly filter: string
  /** Packages whose snippets are folded away. */
  readonly folded: ReadonlySet<string>
  readonly dialog: SnippetDialog | null
  /** How many dialogs there were: each is a new one, whatever the last one held. */
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

/** Folds the snippets of a package away, or shows them again. */
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

/** The snippets that hold every word that was typed; those that hold them in their name stand first. */
export function matchingSnippets(all: readonly Snippet[], typed: string): readonly Snippet[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return all
  const found = all.filter(each => words.every(word => haystack(each).includes(word)))
  const byName = (each: Snippet) => words.every(word => each.name.toLowerCase().includes(word))
  return [...found.filter(byName), ...found.filter(each => !byName(each))]
}

/** The snippets by package, those without one first, packages in the order of their names. */
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

/** The hosts of each group, also of those in groups in it. */
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

/** True where a place is one of the hosts, or lies in one of the groups. */
export function holds(places: HostsAndGroups, target: Target, book: Places): boolean {
  if (target.kind !== 'host') return false
  if (places.hosts.includes(target.hostId)) return true
  if (places.groups.length === 0) return false
  const host = book.hosts.find(each => each.id === target.hostId)
  return host !== undefined && groupChain(host.groupId, book.groups).some(({ id }) => places.groups.includes(id))
}

/** True where a snippet may run on a target; on this computer only as text that is typed. */
export function mayRun({ where, mode }: Snippet, target: Target, book: Places): boolean {
  if (target.kind === 'local') return where === null && (mode === 'send' || mode === 'type')
  return where === null || holds(where, target, book)
}

/**
 * The snippets for a place: those with a number first, then the rest as they stand. What was used last does not move: a
 * second press at the same place is a press of the same button.
 */
export function snippetsFor({ snippets }: SnippetBook, target: Target, book: Places): readonly Snippet[] {
  return snippets.filter(snippet => mayRun(snippet, target, book)).toSorted((a, b) => (a.key ?? 10) - (b.key ?? 10))
}

/** What running an order does: it is typed where that can be, else it runs apart on each of its targets. */
export function planOf({
  snippet: { mode },
  targets,
  panes,
}: Pick<Order, 'snippet' | 'targets' | 'panes'>): 'type' | 'apart' | 'tmux' {
  const here = new Set(panes.map(each => targetKey(each.target)))
  const typed = targets.length === 1 || targets.every(each => here.has(targetKey(each)))
  // What is left for Enter never runs by itself, on however many hosts.
  if (mode === 'type' || (mode === 'send' && typed)) return 'type'
  return mode === 'tmux' ? 'tmux' : 'apart'
}
