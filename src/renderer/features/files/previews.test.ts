import { deflateRawSync } from 'node:zlib'

import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'

import type { Api } from '../../../shared/contract/contract.ts'
import { runs } from '../../../testing/runs.ts'
import { safeDrawing } from './drawing.ts'
import { FileReader } from './file-reader.ts'
import { cutLines, makePreview } from './make-preview.ts'
import { containerDepth, markdownNodes, type DrawnNode } from './markdown-nodes.ts'
import { parseNotebook } from './notebook.ts'
import { unpackHead } from './numpy.ts'
import { tooLarge } from './picture.ts'
import { preview, type PreviewWorker } from './preview-client.ts'
import type { FromWorker, PreviewAnswers, ToWorker } from './preview-job.ts'
import { limits } from './preview-limits.ts'
import { parseTable } from './table-rows.ts'
import type { ByteSource } from './byte-source.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** An in-memory file that counts the bytes read from it. */
function fileOf(bytes: Uint8Array): ByteSource & { readonly read: number } {
  let read = 0
  return {
    size: bytes.length,
    get read() {
      return read
    },
    slice: async (start, end) => {
      read += end - start
      return Uint8Array.from(bytes.subarray(start, end)).buffer
    },
  }
}

const nodesIn = (nodes: readonly DrawnNode[]): number =>
  nodes.reduce((sum, node) => sum + 1 + (typeof node === 'string' ? 0 : nodesIn(node.children)), 0)
const textIn = (nodes: readonly DrawnNode[]): string =>
  nodes.map(node => (typeof node === 'string' ? node : textIn(node.children))).join('')

describe('tables', () => {
  test('a table with 131,073 columns shows 200, with a note', () => {
    const { head, rows, notes } = parseTable(`${','.repeat(131_072)}\n1,2\n`, ',')
    expect([head.length, rows.length, rows[0]?.length]).toEqual([200, 1, 2])
    expect(notes).toEqual(['This table has 131,073 columns. Showing the first 200.'])
  })

  test('a header that goes on beyond what was read is not counted', async () => {
    const wide = Array.from({ length: 200_000 }, (_each, at) => `c${at}`).join(',')
    const { notes } = (await makePreview(
      { kind: 'table', separator: ',' },
      fileOf(Buffer.from(`${wide}\n1,2\n`)),
    )) as PreviewAnswers['table']
    expect(notes).toEqual(['This table has more than 200 columns. Showing the first 200.'])
  })

  test('a table has at most 20,000 cells and 500 characters in each', () => {
    const line = `${Array.from({ length: 200 }, (_each, index) => index).join(',')}\n`
    const { rows, notes } = parseTable(line.repeat(400), ',')
    expect([rows.length, notes]).toEqual([100, ['Showing the first 100 rows.']])
    expect(parseTable(`a\n${'x'.repeat(5_000)}\n`, ',').rows[0]?.[0]).toHaveLength(500)
  })
})

describe('Markdown', () => {
  test.each(['> '.repeat(2_000), '>'.repeat(2_000), '- '.repeat(20_000), `${'1. '.repeat(500)}x`])(
    'endless nesting is shown as plain text without delay',
    text => {
      const { nodes, note } = markdownNodes(text, { left: limits.nodes })
      expect(nodes).toEqual([{ tag: 'pre', children: [text] }])
      expect(note).toContain('nested more than 100 levels deep')
    },
  )

  test('the depth of a list that is nested deeper on every line is estimated from its indentation', () => {
    const text = Array.from({ length: 150 }, (_each, level) => `${'  '.repeat(level)}- x`).join('\n')
    expect(containerDepth(text)).toBeGreaterThan(limits.depth)
  })

  test('links, tasks, tables and code become nodes; HTML stays text, and dangerous URLs are removed', () => {
    const { nodes } = markdownNodes(
      '# Title\n\n[a](https://x.example) [b](javascript:alert(1)) <b>raw</b>\n\n- [x] done\n\n| l | r |\n|---|--:|\n| 1 | 2 |\n\n```js\ncode\n```\n',
      { left: limits.nodes },
    )
    const json = JSON.stringify(nodes)
    expect(json).toContain('{"tag":"h1","children":["Title"]}')
    expect(json).toContain('"href":"https://x.example"')
    expect(json).not.toContain('javascript')
    expect(json).toContain('"checked":true')
    expect(json).toContain('"align":"right"')
    expect(textIn(nodes)).toContain('<b>raw</b>')
  })

  test('no text exceeds the node budget', () => {
    const piece = fc.constantFrom(
      '> ',
      '- ',
      '*',
      '_',
      '[',
      '](x)',
      '`',
      '\n',
      '\n\n',
      'word ',
      '| ',
      '1. ',
      '    ',
      '~~',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 120 }), pieces => {
        const { nodes } = markdownNodes(pieces.join(''), { left: 50 })
        expect(nodesIn(nodes)).toBeLessThanOrEqual(51)
      }),
      { numRuns: runs(1_000) },
    )
    const { note } = markdownNodes('word\n\n'.repeat(100), { left: 50 })
    expect(note).toBe('This document is too long to show in full. Showing the first part.')
  })
})

test('the sources of a notebook are capped, and a note counts cells beyond 500', () => {
  const cells = Array.from({ length: 600 }, () => ({ cell_type: 'code', source: 'x' }))
  const { cells: shown, notes } = parseNotebook(JSON.stringify({ cells }))
  expect([shown.length, notes]).toEqual([500, ['This notebook has 600 cells. Showing the first 500.']])
  const huge = [{ cell_type: 'markdown', source: 'x'.repeat(1_000_000) }, null, { outputs: [null, 1] }]
  expect(parseNotebook(JSON.stringify({ cells: huge })).cells[0]?.source).toHaveLength(20_000)
})

test('endless lines are truncated', () => {
  const { text, cut } = cutLines(`a\n${'x'.repeat(limits.line + 5)}\nb`)
  expect([text.length, cut]).toEqual([limits.line + 5, 1])
})

/** Thrift's compact encoding of a struct, given as field numbers and values; a number is an i32 and a bigint an i64. */
type Thrift = number | bigint | string | readonly Thrift[] | { readonly [field: number]: Thrift }
function thrift(value: Thrift): number[] {
  const varint = (rest: number): number[] =>
    rest < 128 ? [rest] : [(rest % 128) + 128, ...varint(Math.floor(rest / 128))]
  if (typeof value === 'number' || typeof value === 'bigint') return varint(Number(value) * 2)
  if (typeof value === 'string') return [...varint(value.length), ...Buffer.from(value)]
  const typeOf = (one: Thrift) =>
    typeof one === 'number'
      ? 5
      : typeof one === 'bigint'
        ? 6
        : typeof one === 'string'
          ? 8
          : Array.isArray(one)
            ? 9
            : 12
  if (Array.isArray(value)) {
    const items = value as readonly Thrift[]
    return [0xf0 + typeOf(items[0] ?? 0), ...varint(items.length), ...items.flatMap(thrift)]
  }
  let last = 0
  const fields = Object.entries(value).flatMap(([field, one]: [string, Thrift]) => {
    const delta = Number(field) - last
    last = Number(field)
    return [delta * 16 + typeOf(one), ...thrift(one)]
  })
  return [...fields, 0]
}

/** A Parquet file whose `columns` columns contain the numbers 0 to 99, and whose pages claim `page` bytes. */
function parquetOf(columns: number, page = 400): Buffer {
  const values = Buffer.from(Int32Array.from({ length: 100 }, (_each, index) => index).buffer)
  const header = thrift({ 1: 0, 2: page, 3: 400, 5: { 1: 100, 2: 0, 3: 3, 4: 3 } })
  const chunk = Buffer.concat([Buffer.from(header), values])
  const name = (index: number) => `c${index}`
  const each = Array.from({ length: columns }, (_each, index) => index)
  const schema = [{ 4: 'root', 5: columns }, ...each.map(index => ({ 1: 1, 3: 0, 4: name(index) }))]
  const chunks = each.map(index => {
    const at = BigInt(4 + index * chunk.length)
    const [size, whole] = [BigInt(chunk.length), 100n]
    return { 2: at, 3: { 1: 1, 2: [0], 3: [name(index)], 4: 0, 5: whole, 6: size, 7: size, 9: at } }
  })
  const footer = Buffer.from(thrift({ 1: 1, 2: schema, 3: 100n, 4: [{ 1: chunks, 2: 400n, 3: 100n }] }))
  const end = Buffer.alloc(8)
  end.writeUInt32LE(footer.length, 0)
  end.write('PAR1', 4)
  return Buffer.concat([Buffer.from('PAR1'), ...each.map(() => chunk), footer, end])
}

describe('Parquet', () => {
  test('the first rows of the first 200 columns are read', async () => {
    const { head, rows, notes } = (await makePreview(
      { kind: 'parquet' },
      fileOf(parquetOf(300)),
    )) as PreviewAnswers['parquet']
    expect([head.length, head[1], rows.length, rows[49]?.[199]]).toEqual([200, 'c1 (int32)', 50, '49'])
    expect(notes).toContain('This table has 300 columns. Showing the first 200.')
  })

  test('a page that claims gigabytes leaves its column empty without allocating memory', async () => {
    const { rows, notes } = (await makePreview(
      { kind: 'parquet' },
      fileOf(parquetOf(2, 1_500_000_000)),
    )) as PreviewAnswers['parquet']
    expect(rows[0]).toEqual(['', ''])
    expect(notes.at(-1)).toBe('2 columns left empty: too large or damaged to read.')
  })

  const withFooter = (length: number) => {
    const end = Buffer.alloc(8)
    end.writeUInt32LE(length, 0)
    end.write('PAR1', 4)
    return end
  }

  test('a footer that claims gigabytes is refused before it is read', async () => {
    const end = Uint8Array.from(withFooter(0xfff0_0000)).buffer
    const slice = vi.fn(async () => end)
    await expect(makePreview({ kind: 'parquet' }, { size: 0x1_0000_0000, slice })).rejects.toThrow(
      'too large to preview',
    )
    expect(slice).toHaveBeenCalledTimes(1)
    await expect(makePreview({ kind: 'parquet' }, fileOf(withFooter(500)))).rejects.toThrow('damaged')
  })

  test('any bytes give a table or an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async bytes => {
        const file = fileOf(Buffer.concat([bytes, withFooter(bytes.length)]))
        await makePreview({ kind: 'parquet' }, file).catch((error: unknown) => expect(error).toBeInstanceOf(Error))
      }),
      { numRuns: runs(500) },
    )
  })
})

test('at most 80 KiB of an archive entry are unpacked', async () => {
  const packed = deflateRawSync(Buffer.alloc(50_000_000))
  const head = await unpackHead(Buffer.concat([Buffer.alloc(30), packed.subarray(0, 16_000)]), 8)
  expect(head.length).toBe(80 * 1024)
})

describe('SVGs', () => {
  const svg = (inside: string) => bytesOf(`<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`)
  const doubled = (levels: number, use: (id: string) => string) =>
    Array.from({ length: levels }, (_each, at) => `<g id="l${at + 1}">${use(`l${at}`).repeat(2)}</g>`).join('')

  test.each([
    ['use', (id: string) => `<use href="#${id}"/>`],
    ['use by its old name', (id: string) => `<use xlink:href='#${id}'/>`],
    ['use with a hidden reference', (id: string) => `<use href="&#x23;%6c${id.slice(1)}"/>`],
    ['a pattern', (id: string) => `<rect fill="url(#${id})"/>`],
    ['a mask in a style', (id: string) => `<rect style="mask:u\\72l(\\23 ${id})"/>`],
    ['an animated use', (id: string) => `<use><set attributeName="href" to="#${id}"/></use>`],
  ])('references that double at each level are refused: %s', (_name, use) => {
    const text = `<rect id="l0"/>${doubled(40, use)}`
    expect(() => safeDrawing(svg(text))).toThrow('repeats elements too often')
  })

  test('duplicate ids, split style sheets and embedded images don’t hide references', () => {
    const bomb = `<rect id="l0"/>${doubled(40, id => `<use href="#${id}"/>`)}`
    expect(() => safeDrawing(svg(`${bomb}<rect id="l40"/>`))).toThrow('too often')
    const many = `<g id="p">${'<rect/>'.repeat(1_000)}</g>`
    const style = '<style>rect{mask:ur<!-- -->l(#p)}</style>'
    expect(() => safeDrawing(svg(many + style))).toThrow('too often')
    expect(() => safeDrawing(svg('<image href="data:image/svg+xml;base64,AAAA"/>'))).toThrow('embeds another image')
    expect(() => safeDrawing(bytesOf('<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'))).toThrow('defines entities')
    expect(() => safeDrawing(svg('<g>'.repeat(300)))).toThrow('nested too deeply')
  })

  test('an ordinary plot that draws a marker a thousand times is accepted', () => {
    const plot = `<defs><path id="m" d="M 0 0"/></defs>${'<use href="#m" x="1"/>'.repeat(1_000)}<rect fill="#fff"/>`
    expect(safeDrawing(bytesOf(`<?xml version="1.0"?><!-- made by a plot --><svg>${plot}</svg>`))).toBe(
      `<svg>${plot}</svg>`,
    )
  })

  test('any text gives an SVG or an error message', () => {
    const piece = fc.constantFrom(
      '<g>',
      '</g>',
      '<use href="#a"/>',
      '<g id="a">',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '"',
      '<',
      '>',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
        try {
          safeDrawing(bytesOf(pieces.join('')))
        } catch (error) {
          expect((error as Error).message).toMatch(/^This /)
        }
      }),
      { numRuns: runs(1_000) },
    )
  })
})

test('an image with too many pixels for memory is refused by its header', () => {
  const png = Buffer.alloc(64)
  png.write('\x89PNG\r\n\x1a\n', 'latin1')
  png.writeUInt32BE(60_000, 16)
  png.writeUInt32BE(60_000, 20)
  expect(tooLarge(png)).toContain('60,000 × 60,000 pixels')
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0xff, 0xff, 0xff, 0xff])
  expect(tooLarge(jpeg)).toContain('65,535 × 65,535')
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => void tooLarge(bytes)),
    { numRuns: runs(500) },
  )
})

test('a preview reads at most 32 MiB, and a slice beyond that is never read', async () => {
  const read = vi.fn(async ({ length }: { length: number }) => ({ data: new Uint8Array(length) }))
  const api = { files: { read } } as unknown as Api
  const reader = new FileReader(api, {} as never, 2 ** 40)
  await reader.slice(0, limits.bytes - 10)
  const calls = read.mock.calls.length
  await expect(reader.slice(0, 2 ** 39)).rejects.toThrow('at most 33.6 MB')
  await expect(reader.slice(-1, 5)).rejects.toThrow('damaged')
  expect(read.mock.calls).toHaveLength(calls)
})

describe('the worker of a preview', () => {
  afterEach(() => vi.useRealTimers())

  function fakeWorker() {
    const sent: ToWorker[] = []
    const worker: PreviewWorker & { sent: ToWorker[]; ended: boolean; say: (message: FromWorker) => void } = {
      sent,
      ended: false,
      onmessage: null,
      onerror: null,
      postMessage: message => void sent.push(message),
      terminate: () => void (worker.ended = true),
      say: data => worker.onmessage?.({ data } as MessageEvent<FromWorker>),
    }
    return worker
  }

  test('is terminated after 3 s of work, not counting time spent waiting for the host', async () => {
    vi.useFakeTimers()
    const worker = fakeWorker()
    let give = (_data: ArrayBuffer) => {}
    const source = { size: 10, slice: () => new Promise<ArrayBuffer>(resolve => (give = resolve)) }
    const made = preview<'markdown'>({ kind: 'markdown' }, source, { signal: new AbortController().signal, worker })
    const failed = expect(made).rejects.toThrow('takes too long to preview')
    worker.say({ kind: 'ready' })
    worker.say({ kind: 'read', id: 1, start: 0, end: 10 })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(worker.ended).toBe(false)
    give(new ArrayBuffer(10))
    await vi.advanceTimersByTimeAsync(2_900)
    expect(worker.ended).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    await failed
    expect(worker.ended).toBe(true)
  })

  test('is terminated when the dialog closes and when it has answered', async () => {
    const [closed, done] = [fakeWorker(), fakeWorker()]
    const dialog = new AbortController()
    const source = fileOf(bytesOf('x'))
    const made = preview<'markdown'>({ kind: 'markdown' }, source, { signal: dialog.signal, worker: closed })
    closed.say({ kind: 'ready' })
    dialog.abort()
    await expect(made).rejects.toThrow('closed')
    expect(closed.ended).toBe(true)
    const answer: PreviewAnswers['markdown'] = { nodes: ['x'], notes: [] }
    const other = preview<'markdown'>({ kind: 'markdown' }, source, {
      signal: new AbortController().signal,
      worker: done,
    })
    done.say({ kind: 'ready' })
    done.say({ kind: 'done', answer })
    expect(await other).toBe(answer)
    expect(done.ended).toBe(true)
  })
})
