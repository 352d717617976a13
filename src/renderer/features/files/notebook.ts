import { cleanText } from '../../../shared/base/clean-text.ts'

/** One cell of a notebook, as far as it is shown. */
export interface NotebookCell {
  readonly kind: 'markdown' | 'code' | 'raw'
  readonly source: string
  readonly outputs: readonly NotebookOutput[]
}

export type NotebookOutput =
  | { readonly kind: 'text'; readonly text: string; readonly bad: boolean }
  | { readonly kind: 'image'; readonly type: 'image/png' | 'image/jpeg'; readonly base64: string }

const mostCells = 500
const mostText = 20_000

/** Reads a Jupyter notebook (nbformat 4). HTML and scripts in outputs are left out. Throws when it is none. Pure. */
export function parseNotebook(json: string): readonly NotebookCell[] {
  const book = JSON.parse(json) as { cells?: unknown }
  if (!Array.isArray(book.cells)) throw new Error('This is not a notebook.')
  return book.cells.slice(0, mostCells).map((cell: Record<string, unknown>) => ({
    kind: cell['cell_type'] === 'markdown' ? 'markdown' : cell['cell_type'] === 'code' ? 'code' : 'raw',
    source: textOf(cell['source']),
    outputs: Array.isArray(cell['outputs']) ? cell['outputs'].flatMap(outputOf) : [],
  }))
}

function outputOf(output: Record<string, unknown>): readonly NotebookOutput[] {
  if (output['output_type'] === 'stream')
    return [{ kind: 'text', text: clean(textOf(output['text'])), bad: output['name'] === 'stderr' }]
  if (output['output_type'] === 'error')
    return [{ kind: 'text', text: clean(textOf(output['traceback'], '\n')), bad: true }]
  const data = (output['data'] ?? {}) as Record<string, unknown>
  for (const type of ['image/png', 'image/jpeg'] as const) {
    const base64 = textOf(data[type]).replace(/\s/g, '')
    if (base64 !== '' && /^[A-Za-z0-9+/=]+$/.test(base64)) return [{ kind: 'image', type, base64 }]
  }
  const text = clean(textOf(data['text/plain']))
  return text === '' ? [] : [{ kind: 'text', text, bad: false }]
}

function clean(text: string): string {
  return cleanText(text, mostText)
}

function textOf(value: unknown, between = ''): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.filter(line => typeof line === 'string').join(between) : ''
}
