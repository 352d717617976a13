import { useCallback } from 'react'
import Markdown from 'react-markdown'
import gfm from 'remark-gfm'

import type { FileReader } from './file-reader.ts'
import css from './preview.module.css'
import { useLoaded } from './use-loaded.ts'

const headBytes = 1024 * 1024

interface MarkdownPreviewProps {
  readonly reader: FileReader
  readonly openLink: (url: string) => void
}

/** Markdown as it is meant to be read. */
export function MarkdownPreview({ reader, openLink }: MarkdownPreviewProps) {
  const load = useCallback(async () => new TextDecoder().decode(await reader.bytes(0, headBytes)), [reader])
  const { value, error } = useLoaded(load)
  if (error !== null) return <p role="alert">{error}</p>
  if (value === null) return <p role="status">Opening</p>
  return <MarkdownText text={value} openLink={openLink} />
}

/** Markdown text. HTML in it stays text, pictures from elsewhere are not fetched, links go to the browser. */
export function MarkdownText({ text, openLink }: { readonly text: string; readonly openLink: (url: string) => void }) {
  return (
    <div className={css['markdown']}>
      <Markdown
        remarkPlugins={[gfm]}
        components={{
          a: ({ href, children }) => (
            <a
              href={href}
              title={href}
              onClick={event => {
                event.preventDefault()
                if (href !== undefined) openLink(href)
              }}
            >
              {children}
            </a>
          ),
          img: ({ alt }) => <em>{alt === undefined || alt === '' ? 'picture' : alt}</em>,
        }}
      >
        {text}
      </Markdown>
    </div>
  )
}
