import { cleanText } from '../../../shared/base/clean-text.ts'
import { markdownNodes, type DrawnNode, type NodeBudget } from './markdown-nodes.ts'
import { tooLarge } from './picture.ts'
import type { ByteSource } from './byte-source.ts'
import { counted, limits } from './preview-limits.ts'

/** The shown part of one notebook cell. */
export interface NotebookCell {
  readonly kind: 'markdown' | 'code' | 'raw'
  readonly source: string
  /** The source of a Markdown cell, parsed. */
  readonly nodes?: readonly DrawnNode[]
  readonly outputs: readonly NotebookOutput[]
}

export type NotebookOutput =
  | { readonly kind: 'text'; readonly text: string; readonly bad: boolean }
  | { readonly kind: 'image'; readonly type: 'image/png' | 'image/jpeg'; readonly base64: string }

/** A notebook preview. */
export interface NotebookAnswer {
  readonly cells: readonly NotebookCell[]
  /** One sentence for each kind of omitted content. */
  readonly notes: readonly string[]
}

const maxBytes = 20 * 1024 * 1024
const maxCells = 500
const maxOutputs = 50
const maxCellText = 20_000
/** Characters in all cells together: the page has to lay out all of them. */
const maxText = 2_000_000
/** Base64 characters of one image, which the page decodes. */
const maxImage = 8 * 1024 * 1024

/** Reads a notebook's cells and outputs. */
export async function readNotebook(source: ByteSource): Promise<NotebookAnswer> {
  if (source.size > maxBytes) throw new Error('This notebook is too large to preview. Open it in Jupyter.')
  const { cells, notes } = parseNotebook(new TextDecoder().decode(await source.slice(0, source.size)))
  const budget: NodeBudget = { left: limits.nodes }
  let deep = false
  const drawn = cells.map(cell => {
    if (cell.kind !== 'markdown' || budget.left <= 0) return cell
    const { nodes, note } = markdownNodes(cell.source, budget)
    deep ||= note !== null
    return { ...cell, nodes }
  })
  return { cells: drawn, notes: deep ? [...notes, 'Some Markdown is too complex to show in full.'] : notes }
}

/** Parses a Jupyter notebook (nbformat 4) without HTML and scripts in outputs. Throws if it is not a notebook. Pure. */
export function parseNotebook(json: string): NotebookAnswer {
  const book = readJson(json)
  const all = (book as { cells?: unknown } | null)?.cells
  if (!Array.isArray(all)) throw new Error('This is not a valid Jupyter notebook.')
  const cells: NotebookCell[] = []
  let left = maxText
  for (const cell of all.slice(0, maxCells)) {
    if (left <= 0) break
    const read = cellOf((cell ?? {}) as Record<string, unknown>)
    left -= read.source.length
    for (const output of read.outputs) left -= output.kind === 'text' ? output.text.length : 0
    cells.push(read)
  }
  const cut = cells.length < all.length
  const notes = cut
    ? [`This notebook has ${counted(all.length)} cells. Showing the first ${counted(cells.length)}.`]
    : []
  return { cells, notes }
}

function readJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new Error('This is not a valid Jupyter notebook.')
  }
}

function cellOf(cell: Record<string, unknown>): NotebookCell {
  const outputs: readonly unknown[] = Array.isArray(cell['outputs']) ? cell['outputs'] : []
  return {
    kind: cell['cell_type'] === 'markdown' ? 'markdown' : cell['cell_type'] === 'code' ? 'code' : 'raw',
    source: clean(textOf(cell['source'])),
    outputs: outputs.slice(0, maxOutputs).flatMap(output => outputOf((output ?? {}) as Record<string, unknown>)),
  }
}

function outputOf(output: Record<string, unknown>): readonly NotebookOutput[] {
  if (output['output_type'] === 'stream')
    return [{ kind: 'text', text: clean(textOf(output['text'])), bad: output['name'] === 'stderr' }]
  if (output['output_type'] === 'error')
    return [{ kind: 'text', text: clean(textOf(output['traceback'], '\n')), bad: true }]
  const data = (output['data'] ?? {}) as Record<string, unknown>
  for (const type of ['image/png', 'image/jpeg'] as const) {
    const base64 = textOf(data[type]).replace(/\s/g, '')
    if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) continue
    const refused = base64.length > maxImage ? 'This image is too large to preview.' : tooLarge(headOf(base64))
    return refused === null ? [{ kind: 'image', type, base64 }] : [{ kind: 'text', text: refused, bad: false }]
  }
  const text = clean(textOf(data['text/plain']))
  return text === '' ? [] : [{ kind: 'text', text, bad: false }]
}

/** Decodes the first bytes of an image, which contain its dimensions. */
function headOf(base64: string): Uint8Array {
  const whole = base64.slice(0, 256 * 1024)
  const even = whole.slice(0, whole.length - (whole.length % 4))
  return Uint8Array.from(atob(even), letter => letter.charCodeAt(0))
}

function clean(text: string): string {
  return cleanText(text, maxCellText)
}

function textOf(value: unknown, between = ''): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.filter(line => typeof line === 'string').join(between) : ''
}
