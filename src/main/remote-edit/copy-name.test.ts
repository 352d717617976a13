import fc from 'fast-check'
import { expect, test } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { copyName } from './copy-name.ts'

test('a copy keeps the name of its file if this computer supports it', () => {
  expect(copyName('train.py', 'linux')).toBe('train.py')
  expect(copyName('my notes.md', 'linux')).toBe('my notes.md')
  expect(copyName('$(touch x);`id`.py', 'linux')).toBe('__touch x___id_.py')
  expect(copyName('a&b%PATH%.cmd', 'win32')).toBe('a_b_PATH_.cmd')
  expect(copyName('con.txt', 'win32')).toBe('_con.txt')
  expect(copyName('', 'linux')).toBe('file')
})

test('any name of a server becomes one valid name that cmd.exe reads as text', () => {
  const names = fc.oneof(
    fc.array(fc.nat(0xffff), { maxLength: 300 }).map(codes => String.fromCharCode(...codes)),
    fc.stringMatching(/^[%"&|^!<>. a:\\]{0,40}$/),
  )
  fc.assert(
    fc.property(names, name => {
      for (const platform of ['linux', 'darwin', 'win32'] as const) {
        const copy = copyName(name, platform)
        expect(Buffer.byteLength(copy)).toBeLessThanOrEqual(200)
        expect(copy).not.toMatch(/^\.{0,2}$|[/\0\n]/)
        expect(copy).not.toMatch(/["'`$;&|<>(){}*?\\]/)
        if (platform === 'win32') expect(copy).not.toMatch(/["%!^&|<>:\\?*]|[. ]$/)
      }
    }),
    { numRuns: runs(200) },
  )
})
