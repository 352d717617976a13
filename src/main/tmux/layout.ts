interface Place {
  readonly width: number
  readonly height: number
  readonly x: number
  readonly y: number
}

/** How a window is divided into panes: one pane, or parts side by side (`row`) or above each other (`column`). */
export type Layout =
  | (Place & { readonly kind: 'pane'; readonly pane: number })
  | (Place & { readonly kind: 'row' | 'column'; readonly parts: readonly Layout[] })

// tmux's own sizes are at most 10,000 (WINDOW_MAXIMUM); nobody nests this deep.
const longest = 64 * 1024
const deepest = 64

/**
 * Reads a layout as tmux prints it: `csum,WxH,X,Y,pane`, or `{…}` and `[…]` in place of the pane (layout-custom.c). Null
 * if it isn't one, or if its checksum is wrong. Panes that float above the others (tmux 3.7) are left out, unless there
 * are no others.
 */
export function parseLayout(text: string): Layout | null {
  const [, sum, rest] = /^([0-9a-f]{4}),(.*)$/.exec(text) ?? []
  if (sum === undefined || rest === undefined || text.length > longest) return null
  if (Number.parseInt(sum, 16) !== layoutChecksum(rest)) return null
  const reader = { text: rest, at: 0 }
  const layout = readPart(reader, 0)
  // `<…>` lists those panes of the layout that float.
  const floating = layout && rest[reader.at] === '<' ? readParts(reader, '>', deepest) : []
  if (!layout || !floating || reader.at !== rest.length) return null
  return tiled(layout, new Set(floating.flatMap(panesOf).map(({ pane }) => pane))) ?? layout
}

/** Returns the panes of a layout with their places, in tmux's order. */
export function panesOf(layout: Layout): readonly (Layout & { kind: 'pane' })[] {
  return layout.kind === 'pane' ? [layout] : layout.parts.flatMap(panesOf)
}

/** The checksum of a layout: 16 bits, rotated to the right before each character is added. */
export function layoutChecksum(text: string): number {
  let sum = 0
  for (let at = 0; at < text.length; at++) sum = (((sum >> 1) | ((sum & 1) << 15)) + text.charCodeAt(at)) & 0xffff
  return sum
}

function tiled(layout: Layout, floating: ReadonlySet<number>): Layout | null {
  if (floating.size === 0) return layout
  if (layout.kind === 'pane') return floating.has(layout.pane) ? null : layout
  const parts = layout.parts.map(part => tiled(part, floating)).filter(part => part !== null)
  const [only] = parts
  return parts.length > 1 ? { ...layout, parts } : (only ?? null)
}

interface Reader {
  readonly text: string
  at: number
}

// A floating pane may be partly outside of its window.
const placeOf = /(\d{1,5})x(\d{1,5}),(-?\d{1,5}),(-?\d{1,5})/y
const paneOf = /,(\d{1,9})/y

function readPart(reader: Reader, depth: number): Layout | null {
  const [width, height, x, y] = numbers(reader, placeOf)
  if (width === undefined || height === undefined || x === undefined || y === undefined) return null
  const place = { width, height, x, y }
  const opening = reader.text[reader.at]
  if (opening === '{' || opening === '[') {
    const parts = depth < deepest ? readParts(reader, opening === '{' ? '}' : ']', depth + 1) : null
    return parts && { ...place, kind: opening === '{' ? 'row' : 'column', parts }
  }
  const [pane] = numbers(reader, paneOf)
  return pane === undefined ? null : { ...place, kind: 'pane', pane }
}

function readParts(reader: Reader, closing: '}' | ']' | '>', depth: number): readonly Layout[] | null {
  const parts: Layout[] = []
  do {
    // Skips the bracket or the comma.
    reader.at++
    const part = readPart(reader, depth)
    if (!part) return null
    parts.push(part)
  } while (reader.text[reader.at] === ',')
  return reader.text[reader.at++] === closing ? parts : null
}

function numbers(reader: Reader, form: RegExp): readonly number[] {
  form.lastIndex = reader.at
  const match = form.exec(reader.text)
  if (!match) return []
  reader.at += match[0].length
  return match.slice(1).map(Number)
}
