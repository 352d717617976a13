export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** Reads width and height from the header of a PNG, GIF, BMP, JPEG, WebP or AVIF image; null for other files. Pure. */
export function pictureSize(bytes: Uint8Array): PictureSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const is = (at: number, text: string) =>
    [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))
  try {
    if (is(1, 'PNG')) return { width: view.getUint32(16), height: view.getUint32(20) }
    if (is(0, 'GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
    if (is(0, 'BM')) return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }
    if (is(0, 'RIFF') && is(8, 'WEBP')) return webp(view, is)
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(view)
    if (is(4, 'ftyp')) return avif(view)
  } catch (error) {
    // The header is truncated. The browser can't show such an image either.
    if (!(error instanceof RangeError)) throw error
  }
  return null
}

function webp(view: DataView, is: (at: number, text: string) => boolean): PictureSize | null {
  if (is(12, 'VP8X')) {
    const three = (at: number) => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16)
    return { width: three(24), height: three(27) }
  }
  if (is(12, 'VP8L')) {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
}

function jpeg(view: DataView): PictureSize | null {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    // Any start-of-frame marker. DHT, JPG and DAC are in the same range and are excluded.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    const hasLength = marker !== 0xff && marker !== 0x01 && !(marker >= 0xd0 && marker <= 0xd8)
    at += hasLength ? 2 + view.getUint16(at + 2) : marker === 0xff ? 1 : 2
  }
}

/** Returns the largest "ispe" box, since an image can consist of tiles. */
function avif(view: DataView): PictureSize | null {
  let largest: PictureSize | null = null
  for (let at = 8; at + 16 <= Math.min(view.byteLength, 64 * 1024); at++) {
    if (view.getUint32(at) !== 0x69737065) continue
    const found = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
    if (!largest || found.width * found.height > largest.width * largest.height) largest = found
  }
  return largest
}
