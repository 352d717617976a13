/** The number of elements that an SVG may draw once all references are followed. */
const maxElements = 50_000
const maxDepth = 200
const maxBytes = 8 * 1024 * 1024

interface Element {
  readonly children: Element[]
  /** Ids of elements that this one draws again: with <use>, or as a pattern, mask or marker. */
  readonly references: readonly string[]
  cost: number | 'counting' | null
}

/**
 * Returns the text of an SVG that the browser can draw quickly, without comments, DOCTYPE and processing instructions.
 * Throws a sentence for the user if references multiply (each <use> draws its target again, and targets can be nested), if
 * elements are nested too deeply, or if other images are embedded, whose references can't be counted. Pure.
 */
export function safeDrawing(bytes: Uint8Array): string {
  if (bytes.length > maxBytes) throw new Error('This SVG is too large to preview. Open it in another app.')
  const [kept, root, everywhere, ids] = readDrawing(decode(bytes))
  // A style sheet can add a reference to any element.
  const shared = costOfAll(everywhere, ids)
  const elements = countElements(root)
  if (costOf(root, ids) + shared * elements > maxElements)
    throw new Error('This SVG repeats elements too often to preview. Open it in another app.')
  return kept
}

function decode(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

type Drawing = readonly [kept: string, root: Element, everywhere: readonly string[], ids: ReadonlyMap<string, Element>]

function readDrawing(text: string): Drawing {
  const root: Element = { children: [], references: [], cost: null }
  const [open, kept, everywhere, words] = [[root], [] as string[], [] as string[], [] as string[]]
  const ids = new Map<string, Element>()
  for (const token of tokens(text)) {
    if (token.startsWith('<!--') || token.startsWith('<?')) continue
    if (token.startsWith('<!DOCTYPE')) {
      if (token.includes('<!ENTITY')) throw new Error('This SVG defines entities, which previews don’t support.')
      continue
    }
    kept.push(token)
    if (token.startsWith('</')) {
      if (open.length > 1) open.pop()
    } else if (token.startsWith('<') && !token.startsWith('<![')) {
      const { name, id, references } = readTag(token)
      const element: Element = { children: [], references, cost: null }
      // An animation can change the attributes of any element.
      if (/^(set|animate)/i.test(name)) everywhere.push(...references)
      const twin = ids.get(id)
      // If two elements share an id, either may be drawn.
      if (id !== '') ids.set(id, twin ? { children: [twin, element], references: [], cost: null } : element)
      open.at(-1)?.children.push(element)
      if (!token.endsWith('/>') && open.push(element) > maxDepth)
        throw new Error('This SVG is nested too deeply to preview.')
    } else words.push(token.startsWith('<![') ? token.slice('<![CDATA['.length, -']]>'.length) : token)
  }
  // The text includes style sheets, possibly in several pieces.
  const style = decodeReferences(words.join(''))
  refuseEmbedded(style)
  for (const [, id] of style.matchAll(/url\(\s*["']?[^)#]*#([^)"'\s]+)/gi)) everywhere.push(id as string)
  return [kept.join(''), root, everywhere, ids]
}

interface Tag {
  readonly name: string
  /** Empty if the element has no id. */
  readonly id: string
  readonly references: readonly string[]
}

function readTag(token: string): Tag {
  const full = /^<([^\s/>]*)/.exec(token)?.[1] ?? ''
  let id = ''
  const references: string[] = []
  for (const [, name, quoted = ''] of token.slice(1 + full.length).matchAll(/([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    const value = decodeReferences(quoted.slice(1, -1))
    refuseEmbedded(value)
    if (name === 'id' || name === 'xml:id') {
      // A reference can spell such an id in several ways.
      if (/[\s"'();,%\\#]/.test(value)) throw new Error('This SVG has element ids that previews don’t support.')
      id = value
    } else
      for (const [, reference] of value.matchAll(/#([^\s"'();,]+)/g)) references.push(unescaped(reference as string))
  }
  return { name: full.replace(/^.*:/, ''), id, references }
}

function unescaped(reference: string): string {
  try {
    return decodeURIComponent(reference)
  } catch {
    return reference
  }
}

/** Splits a document into tags and text; joined, they give the document again. Throws if a token has no end. */
function* tokens(text: string): Generator<string> {
  const ends = [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const
  for (let at = 0; at < text.length;) {
    let end = text.indexOf('<', at)
    if (end !== at) end = end < 0 ? text.length : end
    else {
      const known = ends.find(([start]) => text.startsWith(start, at))
      const found = known ? text.indexOf(known[1], at) : endOfTag(text, at)
      if (found < 0) throw new Error('This image is damaged or not supported.')
      end = found + (known ? known[1].length : 1)
    }
    yield text.slice(at, end)
    at = end
  }
}

/** Finds the ">" that ends a tag or DOCTYPE, outside quotes and brackets; -1 if there is none. */
function endOfTag(text: string, start: number): number {
  const isDoctype = text.startsWith('<!', start)
  let [quote, brackets] = ['', 0]
  for (let at = start + 1; at < text.length; at++) {
    const letter = text[at] as string
    if (quote !== '') quote = letter === quote ? '' : quote
    else if (letter === '"' || letter === "'") quote = letter
    else if (isDoctype && letter === '[') brackets++
    else if (isDoctype && letter === ']') brackets--
    else if (letter === '>' && brackets <= 0) return at
  }
  return -1
}

/** Resolves XML and CSS character escapes, which could hide a reference. */
function decodeReferences(text: string): string {
  const letter = (code: number) => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '')
  return (
    text
      .replace(/&#x([0-9a-f]+);/gi, (_all, hex: string) => letter(parseInt(hex, 16)))
      .replace(/&#(\d+);/g, (_all, digits: string) => letter(Number(digits)))
      .replace(/\\([0-9a-f]{1,6})\s?/gi, (_all, hex: string) => letter(parseInt(hex, 16)))
      .replace(/\\(.)/g, '$1')
      // Browsers drop these characters from URLs.
      .replace(/[\t\r\n]/g, '')
  )
}

function refuseEmbedded(text: string): void {
  if (/data:\s*(?:image\/svg|text\/|application\/)|@import/i.test(text))
    throw new Error(
      'This SVG embeds another image or style sheet, which previews don’t support. Open it in another app.',
    )
}

function countElements(element: Element): number {
  return element.children.reduce((sum, child) => sum + countElements(child), 1)
}

function costOfAll(references: readonly string[], ids: ReadonlyMap<string, Element>): number {
  let cost = 0
  for (const id of new Set(references)) {
    const target = ids.get(id)
    if (target) cost += costOf(target, ids)
  }
  return cost
}

/** Counts the elements drawn for one: itself, its children and its references. Browsers don't draw circular references. */
function costOf(element: Element, ids: ReadonlyMap<string, Element>): number {
  if (element.cost === 'counting') return 0
  if (element.cost !== null) return element.cost
  element.cost = 'counting'
  let cost = 1 + costOfAll(element.references, ids)
  for (const child of element.children) cost += costOf(child, ids)
  element.cost = Math.min(cost, Number.MAX_SAFE_INTEGER / 2)
  return element.cost
}
