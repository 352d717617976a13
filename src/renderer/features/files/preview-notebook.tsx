import { useCallback } from 'react'

import { largestRead } from '../../../shared/contract/files.ts'
import type { FileReader } from './file-reader.ts'
import { parseNotebook, type NotebookOutput } from './notebook.ts'
import { MarkdownText } from './preview-markdown.tsx'
import css from './preview.module.css'
import { useLoaded } from './use-loaded.ts'

const largest = 4 * largestRead

/** A notebook's cells and what they printed; nothing in it runs. */
export function NotebookPreview({ reader, openLink }: { reader: FileReader; openLink: (url: string) => void }) {
  const load = useCallback(async () => {
    if (reader.size > largest) throw new Error('This notebook is too large to be shown here. Copy it first.')
    return parseNotebook(new TextDecoder().decode(await reader.slice(0, reader.size)))
  }, [reader])
  const { value, error } = useLoaded(load)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Opening</p>
  return (
    <div className={css['notebook']}>
      {value.map(({ kind, source, outputs }, index) => (
        <section key={index} aria-label={`Cell ${index + 1}`}>
          {kind === 'markdown' ? (
            <MarkdownText text={source} openLink={openLink} />
          ) : (
            <pre className={css['cell']}>{source}</pre>
          )}
          {outputs.map((output, at) => (
            <Output key={at} output={output} />
          ))}
        </section>
      ))}
    </div>
  )
}

function Output({ output }: { output: NotebookOutput }) {
  if (output.kind === 'image')
    return <img src={`data:${output.type};base64,${output.base64}`} alt="Output of the cell" />
  return (
    <pre className={css['output']} data-bad={output.bad}>
      {output.text}
    </pre>
  )
}
