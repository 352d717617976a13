import { createElement, type ReactNode } from 'react'

import type { FileReader } from './file-reader.ts'
import type { DrawnElement, DrawnNode } from './markdown-nodes.ts'
import { PreviewNotes } from './preview-notes.tsx'
import css from './preview.module.css'
import { usePreview } from './use-preview.ts'

interface MarkdownPreviewProps {
  readonly reader: FileReader
  readonly openLink: (url: string) => void
}

const markdown = { kind: 'markdown' } as const

/** Previews a Markdown file. */
export function MarkdownPreview({ reader, openLink }: MarkdownPreviewProps) {
  const { value, error } = usePreview<'markdown'>(reader, markdown)
  if (error !== null) return <p role="alert">{error}</p>
  if (value === null) return <p role="status">Loading…</p>
  return (
    <>
      <PreviewNotes notes={value.notes} />
      <MarkdownNodes nodes={value.nodes} openLink={openLink} />
    </>
  )
}

interface MarkdownNodesProps {
  readonly nodes: readonly DrawnNode[]
  readonly openLink: (url: string) => void
}

/** Renders parsed Markdown. HTML stays text, images are not loaded, and links open in the browser. */
export function MarkdownNodes({ nodes, openLink }: MarkdownNodesProps) {
  return <div className={css['markdown']}>{drawn(nodes, openLink)}</div>
}

function drawn(nodes: readonly DrawnNode[], openLink: (url: string) => void): readonly ReactNode[] {
  return nodes.map((node, index) => (typeof node === 'string' ? node : drawnElement(node, index, openLink)))
}

function drawnElement(node: DrawnElement, key: number, openLink: (url: string) => void): ReactNode {
  const { tag, href, title, alt, start, checked, align, children } = node
  const inside = drawn(children, openLink)
  switch (tag) {
    case 'a':
      return (
        <a
          key={key}
          href={href}
          title={href}
          onClick={event => {
            event.preventDefault()
            if (href !== undefined) openLink(href)
          }}
        >
          {inside}
        </a>
      )
    case 'img':
      return <em key={key}>{alt === undefined || alt === '' ? 'image' : alt}</em>
    case 'input':
      return <input key={key} type="checkbox" checked={checked ?? false} disabled readOnly />
    case 'br':
    case 'hr':
      return createElement(tag, { key })
    default:
      return createElement(tag, { key, title, start, style: align && { textAlign: align } }, ...inside)
  }
}
