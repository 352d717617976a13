import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { tempDir } from '../../src/testing/temp-dir.ts'
import { findCycles } from './cycles.mjs'

test('imports that go in a circle are found, types included', () => {
  const root = tempDir()
  const write = (path: string, text: string) => writeFileSync(join(root, path), text)
  mkdirSync(join(root, 'in'))
  write('a.ts', `import { b } from './in/b.ts'\nexport const a = b\n`)
  write('in/b.ts', `export type { C } from './c.ts'\nexport const b = 1\n`)
  write('in/c.ts', `export type C = import('../a.ts').A\n`)
  write('d.ts', `import type { E } from './e.tsx'\nexport interface D { readonly e: E }\n`)
  write('e.tsx', `import type { D } from './d.ts'\nexport interface E { readonly d: D }\n`)
  write('f.ts', `import { a } from './a.ts'\nimport './g.css'\nexport const f = a\n`)
  expect(findCycles(root)).toEqual([
    ['a.ts', 'in/b.ts', 'in/c.ts'],
    ['d.ts', 'e.tsx'],
  ])
})
