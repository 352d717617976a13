import type { EditorState } from '@codemirror/state'

/** What goes to a console, and where the cursor stands after it. */
export interface Sent {
  readonly text: string
  readonly next: number
}

// As in VS Code, Spyder and jupytext.
const cellMark = /^\s*(?:#|\/\/|--)\s*%%/

/** True where a line begins a cell. */
export function hasCells({ doc }: EditorState): boolean {
  for (const line of doc.iterLines()) if (cellMark.test(line)) return true
  return false
}

/** The selection; without one the line of the cursor, or its cell: what lies between two lines that begin with `# %%`. */
export function sentFrom(state: EditorState, what: 'line' | 'cell'): Sent {
  const { doc, selection } = state
  const { from, to, empty, head } = selection.main
  if (!empty) return { text: doc.sliceString(from, to), next: to }
  const here = doc.lineAt(head)
  if (what === 'line') return { text: here.text, next: Math.min(here.to + 1, doc.length) }
  let [first, last] = [here.number, here.number]
  while (first > 1 && !cellMark.test(doc.line(first).text)) first--
  while (last < doc.lines && !cellMark.test(doc.line(last + 1).text)) last++
  const begin = cellMark.test(doc.line(first).text) ? Math.min(first + 1, last) : first
  const text = doc.sliceString(doc.line(begin).from, doc.line(last).to).replace(/^\s*\n|\s+$/g, '')
  return { text, next: Math.min(doc.line(last).to + 1, doc.length) }
}
