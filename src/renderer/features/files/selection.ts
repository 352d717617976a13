/** The selected names of a list, and its cursor. */
export interface Selection {
  readonly selected: ReadonlySet<string>
  /** The row with the keyboard cursor. */
  readonly cursor: string | null
  /** The start of a range selection. */
  readonly anchor: string | null
}

export const noSelection: Selection = { selected: new Set(), cursor: null, anchor: null }

export interface Modifiers {
  readonly toggle: boolean
  readonly range: boolean
}

/** The names of a list in order, and its selection. */
export interface SelectableList {
  readonly names: readonly string[]
  readonly selection: Selection
}

/** Handles a click on a row: a plain click selects it, Ctrl toggles it, and Shift extends the selection to it. */
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

/** Moves the cursor by `step` rows; with `range`, extends the selection. */
export function moveCursor({ names, selection: old }: SelectableList, step: number, range: boolean): Selection {
  if (names.length === 0) return noSelection
  const at = old.cursor === null ? -1 : names.indexOf(old.cursor)
  // Without a cursor, moving down starts at the first row and moving up at the last.
  const from = at >= 0 ? at : step > 0 ? -1 : names.length
  const next = Math.min(names.length - 1, Math.max(0, from + step))
  const name = names[next] as string
  return range ? extendTo(names, old, name) : { selected: new Set([name]), cursor: name, anchor: name }
}

/** Handles Space: toggles the row and moves to the next one. */
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

/** Removes names that no longer exist from the selection. */
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
