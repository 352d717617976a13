/** What is selected in a list of names, and where the keyboard is. */
export interface Selection {
  readonly selected: ReadonlySet<string>
  /** The row that has the keyboard. */
  readonly cursor: string | null
  /** Where a range begins. */
  readonly anchor: string | null
}

export const noSelection: Selection = { selected: new Set(), cursor: null, anchor: null }

export interface Modifiers {
  readonly toggle: boolean
  readonly range: boolean
}

/** The names of a list in order, and what is selected of them. */
export interface SelectableList {
  readonly names: readonly string[]
  readonly selection: Selection
}

/** A click on a row: alone it selects it, with Ctrl it adds or takes it, with Shift it selects up to it. */
export function clickRow(
  { names, selection: old }: SelectableList,
  name: string,
  { toggle, range }: Modifiers,
): Selection {
  if (range) return extendTo(names, old, name)
  if (!toggle) return { selected: new Set([name]), cursor: name, anchor: name }
  const selected = new Set(old.selected)
  if (!selected.delete(name)) selected.add(name)
  return { selected, cursor: name, anchor: name }
}

/** Moves the keyboard by so many rows; with `range` it selects on the way. */
export function moveCursor({ names, selection: old }: SelectableList, step: number, range: boolean): Selection {
  if (names.length === 0) return noSelection
  const at = old.cursor === null ? -1 : names.indexOf(old.cursor)
  // Without a row that has the keyboard the first step comes in from the end it moves away from.
  const from = at >= 0 ? at : step > 0 ? -1 : names.length
  const next = Math.min(names.length - 1, Math.max(0, from + step))
  const name = names[next] as string
  return range ? extendTo(names, old, name) : { selected: new Set([name]), cursor: name, anchor: name }
}

/** Space: selects or deselects the row, and goes on to the next. */
export function toggleAndStep({ names, selection: old }: SelectableList): Selection {
  const name = old.cursor ?? names[0]
  if (name === undefined) return noSelection
  const toggled = clickRow({ names, selection: old }, name, { toggle: true, range: false })
  const next = names[Math.min(names.length - 1, names.indexOf(name) + 1)] ?? name
  return { ...toggled, cursor: next, anchor: next }
}

export function selectAll({ names, selection: old }: SelectableList): Selection {
  return { ...old, selected: new Set(names), cursor: old.cursor ?? names[0] ?? null }
}

/** Keeps what is still there. */
export function keepNames(names: ReadonlySet<string>, old: Selection): Selection {
  const selected = new Set([...old.selected].filter(name => names.has(name)))
  const cursor = old.cursor !== null && names.has(old.cursor) ? old.cursor : null
  return { selected, cursor, anchor: cursor }
}

function extendTo(names: readonly string[], old: Selection, name: string): Selection {
  const from = old.anchor === null ? names.indexOf(name) : names.indexOf(old.anchor)
  const to = names.indexOf(name)
  const [first, last] = [Math.min(from < 0 ? to : from, to), Math.max(from, to)]
  return { selected: new Set(names.slice(first, last + 1)), cursor: name, anchor: old.anchor ?? name }
}
