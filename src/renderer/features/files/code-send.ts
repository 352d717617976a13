import type { EditorState } from '@codemirror/state'

/** Text to send to a terminal, and the cursor position afterwards. */
export interface Sent {
  readonly text: string
  readonly next: number
}

// The same cell markers as in VS Code, Spyder and jupytext.
const cellMark = /^\s*(?:#|\/\/|--)\s*%%/

/** True if any line starts a cell. */
export function hasCells({ doc }: EditorState): boolean {
  for (const line of doc.iterLines()) if (cellMark.test(line)) return true
  return false
}

/** Returns the selection or, if nothing is selected, the current line or cell. A cell starts with a `# %%` line. */
export function sentFrom(state: EditorState, what: 'line' | 'cell'): Sent {
  const { doc, selection } = state
  const { from, to, empty, head } = selection.main
  if (!empty) return { text: doc.sliceString(from, to), next: to }
  const current = doc.lineAt(head)
  if (what === 'line') return { text: current.text, next: Math.min(current.to + 1, doc.length) }
  let [first, last] = [current.number, current.number]
  while (first > 1 && !cellMark.test(doc.line(first).text)) first--
  while (last < doc.lines && !cellMark.test(doc.line(last + 1).text)) last++
  const begin = cellMark.test(doc.line(first).text) ? Math.min(first + 1, last) : first
  const text = doc.sliceString(doc.line(begin).from, doc.line(last).to).replace(/^\s*\n|\s+$/g, '')
  return { text, next: Math.min(doc.line(last).to + 1, doc.length) }
}
