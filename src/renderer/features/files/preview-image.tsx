import { useEffect, useMemo, useState } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import type { FileReader } from './file-reader.ts'
import css from './preview.module.css'
import { usePreview } from './use-preview.ts'

const types: Readonly<Record<string, string>> = {
  svg: 'image/svg+xml;charset=utf-8',
  jpg: 'image/jpeg',
  ico: 'image/x-icon',
}

/** Shows an image. An SVG is shown in an <img> too, so that scripts in it don't run. */
export function ImagePreview({ reader, name }: { readonly reader: FileReader; readonly name: string }) {
  const ending = (/\.([a-z]+)$/i.exec(name)?.[1] ?? '').toLowerCase()
  const job = useMemo(() => ({ kind: 'picture', svg: ending === 'svg' }) as const, [ending])
  const { value, error } = usePreview<'picture'>(reader, job)
  const [url, setUrl] = useState<string | null>(null)
  const [size, setSize] = useState('')
  useEffect(() => {
    if (!value) return
    const made = URL.createObjectURL(new Blob([value.data], { type: types[ending] ?? `image/${ending}` }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [value, ending])
  if (error !== null) return <p role="alert">{error}</p>
  if (url === null) return <p role="status">Loading…</p>
  return (
    <figure className={css['figure']}>
      <img
        src={url}
        alt={shownName(name)}
        onLoad={({ currentTarget }) => setSize(`${currentTarget.naturalWidth} × ${currentTarget.naturalHeight}`)}
        onError={() => setSize('This image is damaged or not supported.')}
      />
      <figcaption role="status">{size}</figcaption>
    </figure>
  )
}
