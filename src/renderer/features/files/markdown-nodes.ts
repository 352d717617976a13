import { isValidElement, type ReactNode } from 'react'
import Markdown from 'react-markdown'
import gfm from 'remark-gfm'

import type { ByteSource } from './byte-source.ts'
import { limits } from './preview-limits.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

/** A Markdown text as nodes to draw, and what was left out. */
export interface MarkdownAnswer {
  readonly nodes: readonly DrawnNode[]
  readonly notes: readonly string[]
}

/** A node of a rendered Markdown document: text, or an element with children. */
export type DrawnNode = string | DrawnElement

export interface DrawnElement {
  readonly tag: string
  readonly href?: string
  readonly title?: string
  readonly alt?: string
  /** The first number of an ordered list. */
  readonly start?: number
  /** The state of a task list item. */
  readonly checked?: boolean
  readonly align?: 'left' | 'center' | 'right'
  readonly children: readonly DrawnNode[]
}

const tags = new Set(
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img input li ol p pre section strong sup table tbody td th thead tr ul'.split(
    ' ',
  ),
)
/** The maximum depth of the tree; each list level adds two elements ("ul" and "li"). */
const maxTreeDepth = 3 * limits.depth

/** The number of nodes that a document may still add. */
export interface NodeBudget {
  left: number
}

/** Renders the start of a Markdown file. */
export async function readMarkdown(source: ByteSource): Promise<MarkdownAnswer> {
  const text = new TextDecoder().decode(await source.slice(0, Math.min(limits.markdownBytes, source.size)))
  const notes =
    source.size > limits.markdownBytes
      ? [`Showing the first ${sizeText(limits.markdownBytes)} of ${sizeText(source.size)}.`]
      : []
  const { nodes, note } = markdownNodes(text, { left: limits.nodes })
  return { nodes, notes: note === null ? notes : [note, ...notes] }
}

/**
 * Parses Markdown into nodes, within the budget. Text that is nested too deeply is returned as plain text. HTML stays text,
 * and only URLs that react-markdown considers safe become links. Pure.
 */
export function markdownNodes(
  text: string,
  budget: NodeBudget,
): { readonly nodes: readonly DrawnNode[]; readonly note: string | null } {
  if (containerDepth(text) > limits.depth) {
    const note = `Lists or quotes are nested more than ${limits.depth} levels deep. Showing plain text.`
    return { nodes: [{ tag: 'pre', children: [text] }], note }
  }
  // react-markdown is a plain function from text to elements and works without a DOM.
  const nodes = nodesOf(Markdown({ children: text, remarkPlugins: [gfm] }), budget, 0)
  const note = budget.left > 0 ? null : 'This document is too long to show in full. Showing the first part.'
  return { nodes, note }
}

/** An upper bound on how deeply a line can be nested: its markers, plus one level per two spaces of indentation. Pure. */
export function containerDepth(text: string): number {
  let most = 0
  const marker = /(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)|[ \t]+)/y
  for (const line of text.split(/\r\n?|\n/)) {
    let [depth, blanks] = [0, 0]
    marker.lastIndex = 0
    for (let found = marker.exec(line); found; found = marker.exec(line)) {
      if (/^[ \t]/.test(found[0])) {
        // One space belongs to the marker before it, and is subtracted below.
        for (const blank of found[0]) blanks += blank === '\t' ? 4 : 1
      } else depth++
    }
    // A horizontal rule ("* * *") looks like markers too; a very long one is refused as well.
    most = Math.max(most, depth + Math.floor(Math.max(0, blanks - depth) / 2))
  }
  return most
}

function nodesOf(node: ReactNode, budget: NodeBudget, depth: number): readonly DrawnNode[] {
  if (budget.left <= 0 || node === null || node === undefined || typeof node === 'boolean') return []
  if (Array.isArray(node)) return (node as readonly ReactNode[]).flatMap(child => nodesOf(child, budget, depth))
  if (typeof node === 'string' || typeof node === 'number') {
    budget.left--
    return [String(node)]
  }
  if (!isValidElement<Record<string, unknown>>(node)) return []
  const { type, props } = node
  const inside = () => (depth > maxTreeDepth ? [] : nodesOf(props['children'] as ReactNode, budget, depth + 1))
  if (typeof type !== 'string' || !tags.has(type)) return inside()
  budget.left--
  return [{ tag: type, ...partsOf(props), children: inside() }]
}

function partsOf(props: Record<string, unknown>): Partial<DrawnElement> {
  const align = (props['style'] as { textAlign?: unknown } | undefined)?.textAlign
  const text = (name: string) => (typeof props[name] === 'string' ? { [name]: props[name] } : {})
  return {
    ...text('href'),
    ...text('title'),
    ...text('alt'),
    ...(typeof props['start'] === 'number' ? { start: props['start'] } : {}),
    ...(typeof props['checked'] === 'boolean' ? { checked: props['checked'] } : {}),
    ...(align === 'left' || align === 'center' || align === 'right' ? { align } : {}),
  }
}
