import { cleanText } from '../../../shared/base/clean-text.ts'
import { markdownNodes, type DrawnNode, type NodeBudget } from './markdown-nodes.ts'
import { tooLarge } from './picture.ts'
import type { ByteSource } from './preview-job.ts'
import { counted, limits } from './preview-limits.ts'

/** One cell of a notebook, as far as it is shown. */
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

/** A notebook as it is drawn. */
export interface NotebookAnswer {
  readonly cells: readonly NotebookCell[]
  /** A sentence each about the parts that were left out. */
  readonly notes: readonly string[]
}

const largest = 20 * 1024 * 1024
const mostCells = 500
const mostOutputs = 50
const mostText = 20_000
/** Characters of all cells' text together; the page lays out each of them. */
const mostOfAll = 2_000_000
/** Characters of a picture in base64, each decoded by the page. */
const mostPicture = 8 * 1024 * 1024

/** A notebook's cells and what they printed. */
export async function readNotebook(source: ByteSource): Promise<NotebookAnswer> {
  if (source.size > largest) throw new Error('This notebook is too large to be shown here. Copy it first.')
  const { cells, notes } = parseNotebook(new TextDecoder().decode(await source.slice(0, source.size)))
  const budget: NodeBudget = { left: limits.nodes }
  let deep = false
  const drawn = cells.map(cell => {
    if (cell.kind !== 'markdown' || budget.left <= 0) return cell
    const { nodes, note } = markdownNodes(cell.source, budget)
    deep ||= note !== null
    return { ...cell, nodes }
  })
  return { cells: drawn, notes: deep ? [...notes, 'Some Markdown is too complex and is shown in part.'] : notes }
}

/** Reads a Jupyter notebook (nbformat 4). HTML and scripts in outputs are left out. Throws when it is none. Pure. */
export function parseNotebook(json: string): NotebookAnswer {
  const book = readJson(json)
  const all = (book as { cells?: unknown } | null)?.cells
  if (!Array.isArray(all)) throw new Error('This is not a notebook.')
  const cells: NotebookCell[] = []
  let left = mostOfAll
  for (const cell of all.slice(0, mostCells)) {
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
    throw new Error('This is not a notebook.')
  }
}

function cellOf(cell: Record<string, unknown>): NotebookCell {
  const outputs: readonly unknown[] = Array.isArray(cell['outputs']) ? cell['outputs'] : []
  return {
    kind: cell['cell_type'] === 'markdown' ? 'markdown' : cell['cell_type'] === 'code' ? 'code' : 'raw',
    source: clean(textOf(cell['source'])),
    outputs: outputs.slice(0, mostOutputs).flatMap(output => outputOf((output ?? {}) as Record<string, unknown>)),
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
    const refused =
      base64.length > mostPicture ? 'This picture is too large to be shown here.' : tooLarge(headOf(base64))
    return refused === null ? [{ kind: 'image', type, base64 }] : [{ kind: 'text', text: refused, bad: false }]
  }
  const text = clean(textOf(data['text/plain']))
  return text === '' ? [] : [{ kind: 'text', text, bad: false }]
}

/** The first bytes of a picture, where its size stands. */
function headOf(base64: string): Uint8Array {
  const whole = base64.slice(0, 256 * 1024)
  const even = whole.slice(0, whole.length - (whole.length % 4))
  return Uint8Array.from(atob(even), letter => letter.charCodeAt(0))
}

function clean(text: string): string {
  return cleanText(text, mostText)
}

function textOf(value: unknown, between = ''): string {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.filter(line => typeof line === 'string').join(between) : ''
}
