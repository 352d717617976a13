import { describe, expect, it } from 'vitest'

import { withImport, withMember } from './insert.mjs'

describe('an import', () => {
  const text = "import { z } from 'zod'\n\nimport { b } from '../b.ts'\nimport { c } from './c.ts'\n\nconst x = 1\n"

  it.each([
    ["import { a } from '../a.ts'", 'b.ts'],
    ["import { a } from '../../z.ts'", 'b.ts'],
    ["import { a } from '../c.ts'", 'c.ts'],
    ["import { a } from './b.ts'", 'c.ts'],
  ])('%s is inserted in order', (line, before) => {
    const lines = withImport(text, line).split('\n')
    expect(lines[lines.indexOf(line) + 1]).toContain(before)
  })

  it('is added after all others if it sorts last', () => {
    const line = "import { a } from './d.ts'"
    expect(withImport(text, line)).toBe(text.replace("'./c.ts'\n", `'./c.ts'\n${line}\n`))
  })
})

describe('a member', () => {
  it('is inserted in order into a sorted list', () => {
    expect(withMember('const list = {\n  a,\n  c,\n}', 'b', 'list')).toBe('const list = {\n  a,\n  b,\nc,\n}')
  })

  it('is appended to an unsorted list, and if it sorts last', () => {
    expect(withMember('const list = [b, a]', 'c', 'list')).toBe('const list = [b, a,\nc]')
    expect(withMember('const list = { a, b: new B() }', 'c: new C()', 'list')).toContain('b: new B(),\nc: new C()')
  })

  it('is added to an empty list', () => {
    expect(withMember('const list: readonly Door[] = []', 'a', 'list')).toBe('const list: readonly Door[] = [\na]')
  })

  it('finds a list by name, nested or `as const`', () => {
    const text = 'const services = build()\nreturn { other: [], services: { a, c } }'
    expect(withMember(text, 'b: new B()', 'services')).toContain('services: { a, b: new B(),\nc }')
    expect(withMember('export const doors = [a] as const', 'b', 'doors')).toContain('[a,\nb] as const')
  })

  it('is rejected if there is no such list', () => {
    expect(() => withMember('const list = 1', 'a', 'list')).toThrow('no list called list')
  })
})
