import { safeDrawing } from './drawing.ts'
import { pictureSize } from './picture-size.ts'
import type { ByteSource } from './byte-source.ts'
import { counted, limits } from './preview-limits.ts'

/** The bytes of a picture, or the text of an SVG. */
export interface PictureAnswer {
  readonly data: ArrayBuffer | string
}

/** Reads an image, or an SVG's text, and checks that it is cheap to decode, because the page's own process decodes it. */
export async function readPicture(source: ByteSource, svg: boolean): Promise<PictureAnswer> {
  if (source.size > limits.bytes) throw new Error('This image is too large to preview. Open it in another app.')
  const data = await source.slice(0, source.size)
  if (svg) return { data: safeDrawing(new Uint8Array(data)) }
  const refused = tooLarge(new Uint8Array(data))
  if (refused !== null) throw new Error(refused)
  return { data }
}

/** Explains why an image would take too much memory to decode; null if it wouldn't. Pure. */
export function tooLarge(bytes: Uint8Array): string | null {
  const size = pictureSize(bytes)
  if (!size || size.width * size.height <= limits.pixels) return null
  const pixels = `${counted(size.width)} × ${counted(size.height)} pixels`
  return `This image is too large to preview (${pixels}). Open it in another app.`
}
