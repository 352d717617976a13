import type { PreviewAnswers, PreviewJob, TextAnswer } from './preview-job.ts'
import { hexDump, looksBinary } from './preview-kind.ts'
import { counted, limits } from './preview-limits.ts'
import type { ByteSource } from './byte-source.ts'

/** Creates a preview within the limits. Rejects with a message for the user. Parsers are loaded on demand. */
export async function makePreview(job: PreviewJob, source: ByteSource): Promise<PreviewAnswers[PreviewJob['kind']]> {
  switch (job.kind) {
    case 'markdown':
      return (await import('./markdown-nodes.ts')).readMarkdown(source)
    case 'notebook':
      return (await import('./notebook.ts')).readNotebook(source)
    case 'table':
      return (await import('./table-rows.ts')).readTable(source, job.separator)
    case 'parquet':
      return (await import('./parquet-rows.ts')).readParquet(source)
    case 'array':
      return (await import('./array-rows.ts')).readArrays(source, job.name)
    case 'picture':
      return (await import('./picture.ts')).readPicture(source, job.svg)
    case 'text':
      return readText(source, job.length)
  }
}

async function readText(source: ByteSource, length: number): Promise<TextAnswer> {
  const bytes = new Uint8Array(await source.slice(0, Math.min(length, source.size)))
  if (looksBinary(bytes)) return { binary: true, text: hexDump(bytes.subarray(0, 4096)), read: bytes.length, notes: [] }
  const { text, cut } = cutLines(new TextDecoder().decode(bytes))
  const notes = cut === 0 ? [] : [`Lines longer than ${counted(limits.line)} characters are truncated.`]
  return { binary: false, text, read: bytes.length, notes }
}

/** Truncates long lines; `cut` is the number of truncated lines. Pure. */
export function cutLines(text: string): { readonly text: string; readonly cut: number } {
  if (text.length <= limits.line) return { text, cut: 0 }
  let cut = 0
  const lines = text.split('\n').map(line => {
    if (line.length <= limits.line) return line
    cut++
    return `${line.slice(0, limits.line)}…`
  })
  return { text: cut === 0 ? text : lines.join('\n'), cut }
}
