/** Elements that a drawing may consist of once each reference to another element is followed. */
const mostElements = 50_000
const deepest = 200
const largest = 8 * 1024 * 1024

interface Element {
  readonly children: Element[]
  /** Ids of the elements that it draws once more: by <use>, as a pattern, a mask, a marker. */
  readonly references: readonly string[]
  cost: number | 'counting' | null
}

/**
 * The text of an SVG that the page's engine can draw in little time. Throws a sentence where references multiply (each
 * <use> draws its target once more, and targets hold others), where elements lie too deep, or where other drawings are
 * embedded, whose references can't be counted. The text comes back without comments, DOCTYPE and processing instructions. Pure.
 */
export function safeDrawing(bytes: Uint8Array): string {
  if (bytes.length > largest) throw new Error('This drawing is too large to be shown here. Copy it first.')
  const [kept, root, everywhere, ids] = readDrawing(decode(bytes))
  // A style sheet can refer to an element from any other one.
  const shared = costOfAll(everywhere, ids)
  const elements = countElements(root)
  if (costOf(root, ids) + shared * elements > mostElements)
    throw new Error('This drawing repeats its parts too often to be shown here. Copy it first.')
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
      if (token.includes('<!ENTITY')) throw new Error('This drawing defines entities, which are not expanded here.')
      continue
    }
    kept.push(token)
    if (token.startsWith('</')) {
      if (open.length > 1) open.pop()
    } else if (token.startsWith('<') && !token.startsWith('<![')) {
      const { name, id, references } = readTag(token)
      const element: Element = { children: [], references, cost: null }
      // An animation may change the attributes of any element.
      if (/^(set|animate)/i.test(name)) everywhere.push(...references)
      const twin = ids.get(id)
      // Of two elements with one id either may be drawn.
      if (id !== '') ids.set(id, twin ? { children: [twin, element], references: [], cost: null } : element)
      open.at(-1)?.children.push(element)
      if (!token.endsWith('/>') && open.push(element) > deepest)
        throw new Error('This drawing is nested too deep to be shown here.')
    } else words.push(token.startsWith('<![') ? token.slice('<![CDATA['.length, -']]>'.length) : token)
  }
  // Style sheets among them, whose text may be in pieces.
  const style = decodeReferences(words.join(''))
  refuseEmbedded(style)
  for (const [, id] of style.matchAll(/url\(\s*["']?[^)#]*#([^)"'\s]+)/gi)) everywhere.push(id as string)
  return [kept.join(''), root, everywhere, ids]
}

interface Tag {
  readonly name: string
  /** Empty without one. */
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
      // Such a name has several spellings in a reference.
      if (/[\s"'();,%\\#]/.test(value)) throw new Error('This drawing has names that are not followed here.')
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

/** The markup and text of a document, in order; joined they are the text. Throws where a token has no end. */
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
      if (found < 0) throw new Error('This is not a picture that can be shown.')
      end = found + (known ? known[1].length : 1)
    }
    yield text.slice(at, end)
    at = end
  }
}

/** The ">" that ends a tag or a DOCTYPE, outside of quotes and brackets; -1 without one. */
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

/** Resolves XML's and CSS's ways to write one character, which could hide a reference. */
function decodeReferences(text: string): string {
  const letter = (code: number) => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '')
  return (
    text
      .replace(/&#x([0-9a-f]+);/gi, (_all, hex: string) => letter(parseInt(hex, 16)))
      .replace(/&#(\d+);/g, (_all, digits: string) => letter(Number(digits)))
      .replace(/\\([0-9a-f]{1,6})\s?/gi, (_all, hex: string) => letter(parseInt(hex, 16)))
      .replace(/\\(.)/g, '$1')
      // The engine takes these out of addresses.
      .replace(/[\t\r\n]/g, '')
  )
}

function refuseEmbedded(text: string): void {
  if (/data:\s*(?:image\/svg|text\/|application\/)|@import/i.test(text))
    throw new Error('This drawing embeds another drawing or style sheet, which is not shown here. Copy it first.')
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

/** Elements that are drawn for one: itself, its children, and its references' each time. A circle isn't drawn by any engine. */
function costOf(element: Element, ids: ReadonlyMap<string, Element>): number {
  if (element.cost === 'counting') return 0
  if (element.cost !== null) return element.cost
  element.cost = 'counting'
  let cost = 1 + costOfAll(element.references, ids)
  for (const child of element.children) cost += costOf(child, ids)
  element.cost = Math.min(cost, Number.MAX_SAFE_INTEGER / 2)
  return element.cost
}
