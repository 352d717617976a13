import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { runs } from '../../../testing/runs.ts'
import { parseNotebook } from './notebook.ts'
import { parseNpy, parseZipDirectory, unpackHead } from './numpy.ts'
import { hexDump, looksBinary, previewKind } from './preview-kind.ts'

const header = (text: string) => {
  const padded = `${text.padEnd(117)}\n`
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]), Buffer.from(padded)])
}

describe('the viewers', () => {
  test('the type and shape of an array are read from its header', () => {
    expect(parseNpy(header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 224), }"), 'x')).toEqual({
      name: 'x',
      type: 'float32',
      shape: '3 × 224',
    })
    expect(parseNpy(header("{'descr': '|b1', 'fortran_order': False, 'shape': (), }"), 'x')?.shape).toBe('scalar')
  })

  test('any bytes give an array, an archive or null, and never an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 9 }), async (bytes, method) => {
        parseNpy(bytes, 'x')
        parseNpy(Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...bytes]), 'x')
        parseZipDirectory(bytes, 0)
        parseZipDirectory(Uint8Array.from([...bytes, 0x50, 0x4b, 5, 6, ...new Uint8Array(18)]), 0)
        await unpackHead(bytes, method)
        hexDump(bytes)
        looksBinary(bytes)
      }),
      { numRuns: runs(500) },
    )
  })

  test('a notebook becomes cells with text and image outputs, and nothing that runs', () => {
    const { cells } = parseNotebook(
      JSON.stringify({
        cells: [
          {
            cell_type: 'code',
            source: ['a', 'b'],
            outputs: [
              { output_type: 'error', traceback: ['\u001b[31mboom\u001b[0m'] },
              { output_type: 'display_data', data: { 'image/png': 'aGk=', 'text/html': '<script>1</script>' } },
              { output_type: 'display_data', data: { 'image/png': '"><script>', 'text/plain': 'plain' } },
            ],
          },
        ],
      }),
    )
    expect(cells[0]?.source).toBe('ab')
    expect(cells[0]?.outputs).toEqual([
      { kind: 'text', text: 'boom', bad: true },
      { kind: 'image', type: 'image/png', base64: 'aGk=' },
      { kind: 'text', text: 'plain', bad: false },
    ])
    expect(() => parseNotebook('null')).toThrow('not a valid Jupyter notebook')
    expect(() => parseNotebook('{}')).toThrow('not a valid Jupyter notebook')
  })

  test('the file name selects the viewer', () => {
    expect(['a.PNG', 'b.md', 'c.tsv', 'd.ipynb', 'e.parquet', 'f.npz', 'g', 'h.py'].map(previewKind)).toEqual([
      'image',
      'markdown',
      'table',
      'notebook',
      'parquet',
      'array',
      'text',
      'text',
    ])
  })
})
