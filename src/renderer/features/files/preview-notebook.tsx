import type { FileReader } from './file-reader.ts'
import type { NotebookOutput } from './notebook.ts'
import { MarkdownNodes } from './preview-markdown.tsx'
import { PreviewNotes } from './preview-notes.tsx'
import css from './preview.module.css'
import { usePreview } from './use-preview.ts'

const notebook = { kind: 'notebook' } as const

/** Shows a notebook's cells and outputs without running anything. */
export function NotebookPreview({ reader, openLink }: { reader: FileReader; openLink: (url: string) => void }) {
  const { value, error } = usePreview<'notebook'>(reader, notebook)
  if (error !== null) return <p role="alert">{error}</p>
  if (!value) return <p role="status">Loading…</p>
  return (
    <div className={css['notebook']}>
      <PreviewNotes notes={value.notes} />
      {value.cells.map(({ source, nodes, outputs }, index) => (
        <section key={index} aria-label={`Cell ${index + 1}`}>
          {nodes ? <MarkdownNodes nodes={nodes} openLink={openLink} /> : <pre className={css['cell']}>{source}</pre>}
          {outputs.map((output, at) => (
            <Output key={at} output={output} />
          ))}
        </section>
      ))}
    </div>
  )
}

function Output({ output }: { output: NotebookOutput }) {
  if (output.kind === 'image') return <img src={`data:${output.type};base64,${output.base64}`} alt="Cell output" />
  return (
    <pre className={css['output']} data-bad={output.bad}>
      {output.text}
    </pre>
  )
}
