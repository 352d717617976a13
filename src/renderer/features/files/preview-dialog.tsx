import { Eye } from 'lucide-react'
import { Suspense, lazy, useEffect, useState, type ReactNode } from 'react'

import { messageOf } from '../../../shared/base/errors.ts'
import { joinPath } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { paneOf } from './file-panes.ts'
import { FileReader } from './file-reader.ts'
import type { DialogParts } from './files-parts.ts'
import { openDialog } from './files-state.ts'
import { ImagePreview } from './preview-image.tsx'
import { previewKind } from './preview-kind.ts'
import { ArrayPreview, ParquetPreview, TablePreview } from './preview-table.tsx'
import { TextPreview } from './preview-text.tsx'
import css from './preview.module.css'
import { SendButton } from './send-button.tsx'
import { sizeText } from '../../../shared/base/sizes.ts'

const MarkdownPreview = lazy(async () => ({ default: (await import('./preview-markdown.tsx')).MarkdownPreview }))
const NotebookPreview = lazy(async () => ({ default: (await import('./preview-notebook.tsx')).NotebookPreview }))

/** Previews a file, downloading only the part that is shown. */
export function PreviewDialog({ parts, paneId, close, name }: DialogParts & { readonly name: string }) {
  const { api } = parts
  const openLink = (address: string) => {
    const side = paneOf(paneId)?.side
    if (side) parts.openLink(side.target, address)
  }
  const [reader, setReader] = useState<FileReader | null>(null)
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    const pane = paneOf(paneId)
    if (pane?.path == null) return
    const place = { side: pane.side, path: joinPath(pane.path, name) }
    void api.files.info({ place }).then(
      info => {
        if (!info && linkOf(paneId, name)) setError('The target of this link doesn’t exist.')
        else if (!info) setError('This file no longer exists.')
        else if (info.kind !== 'file') setError('This item can’t be previewed.')
        else setReader(new FileReader(api, place, info.size))
      },
      (failed: unknown) => setError(messageOf(failed)),
    )
  }, [api, paneId, name])
  return (
    <Dialog
      title={shownName(name)}
      description={reader ? sizeText(reader.size) : ''}
      badge={<Eye size={18} />}
      width={920}
      onClose={close}
    >
      <div className={css['body']}>
        {error !== null && <p role="alert">{error}</p>}
        {reader && (
          <Suspense fallback={<p role="status">Loading…</p>}>
            {viewOf(name, reader, { isDark: parts.isDark, openLink })}
          </Suspense>
        )}
      </div>
      <Actions>
        {previewKind(name) !== 'image' && <SendButton sender={parts.sender} />}
        <Grow />
        <Button onClick={() => openDialog({ kind: 'edit', paneId, name })}>Edit</Button>
        <Button look="primary" onClick={close}>
          Close
        </Button>
      </Actions>
    </Dialog>
  )
}

function linkOf(paneId: string, name: string): boolean {
  return paneOf(paneId)?.entries.some(entry => entry.name === name && entry.kind === 'link') === true
}

interface ViewParts {
  readonly isDark: boolean
  readonly openLink: (address: string) => void
}

function viewOf(name: string, reader: FileReader, { isDark, openLink }: ViewParts): ReactNode {
  switch (previewKind(name)) {
    case 'image':
      return <ImagePreview reader={reader} name={name} />
    case 'markdown':
      return <MarkdownPreview reader={reader} openLink={openLink} />
    case 'table':
      return <TablePreview reader={reader} separator={/\.tsv$/i.test(name) ? '\t' : ','} />
    case 'notebook':
      return <NotebookPreview reader={reader} openLink={openLink} />
    case 'parquet':
      return <ParquetPreview reader={reader} />
    case 'array':
      return <ArrayPreview reader={reader} name={name} />
    case 'text':
      return <TextPreview reader={reader} name={name} isDark={isDark} />
  }
}
