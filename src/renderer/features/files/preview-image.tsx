import { useCallback, useEffect, useState } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import { largestRead } from '../../../shared/contract/files.ts'
import type { FileReader } from './file-reader.ts'
import css from './preview.module.css'
import { useLoaded } from './use-loaded.ts'

const types: Readonly<Record<string, string>> = { svg: 'image/svg+xml', jpg: 'image/jpeg', ico: 'image/x-icon' }
const largest = 8 * largestRead

/** A picture; an SVG is drawn as a picture too, so that no script in it runs. */
export function ImagePreview({ reader, name }: { readonly reader: FileReader; readonly name: string }) {
  const load = useCallback(async () => {
    if (reader.size > largest) throw new Error('This picture is too large to be shown here. Copy it first.')
    const ending = (/\.([a-z]+)$/i.exec(name)?.[1] ?? '').toLowerCase()
    return new Blob([await reader.slice(0, reader.size)], { type: types[ending] ?? `image/${ending}` })
  }, [reader, name])
  const { value, error } = useLoaded(load)
  const [url, setUrl] = useState<string | null>(null)
  const [size, setSize] = useState('')
  useEffect(() => {
    if (!value) return
    const made = URL.createObjectURL(value)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [value])
  if (error !== null) return <p role="alert">{error}</p>
  if (url === null) return <p role="status">Opening</p>
  return (
    <figure className={css['figure']}>
      <img
        src={url}
        alt={shownName(name)}
        onLoad={({ currentTarget }) => setSize(`${currentTarget.naturalWidth} × ${currentTarget.naturalHeight}`)}
        onError={() => setSize('This is not a picture that can be shown.')}
      />
      <figcaption role="status">{size}</figcaption>
    </figure>
  )
}
