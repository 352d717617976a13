import { safeDrawing } from './drawing.ts'
import { pictureSize } from './picture-size.ts'
import type { ByteSource, PreviewAnswers } from './preview-job.ts'
import { counted, limits } from './preview-limits.ts'

/** A picture's bytes, or an SVG's text, once it is known to cost the page little: the page's own process decodes it. */
export async function readPicture(source: ByteSource, svg: boolean): Promise<PreviewAnswers['picture']> {
  if (source.size > limits.bytes) throw new Error('This picture is too large to be shown here. Copy it first.')
  const data = await source.slice(0, source.size)
  if (svg) return { data: safeDrawing(new Uint8Array(data)) }
  const refused = tooLarge(new Uint8Array(data))
  if (refused !== null) throw new Error(refused)
  return { data }
}

/** Why a picture would take too much memory to decode, or null. Pure. */
export function tooLarge(bytes: Uint8Array): string | null {
  const size = pictureSize(bytes)
  if (!size || size.width * size.height <= limits.pixels) return null
  const pixels = `${counted(size.width)} × ${counted(size.height)} pixels`
  return `This picture has ${pixels}, too many to be shown here. Copy it first.`
}
