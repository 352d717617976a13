import { describe, expect, it } from 'vitest'

import { unusedExports } from './unused-exports.mjs'

const names = (files: Record<string, string>) =>
  unusedExports(new Map(Object.entries(files))).map(({ file, line, name }) => `${file}:${line} ${name}`)

describe('unused exports', () => {
  it('are reported with file and line, for every kind of export', () => {
    const text = [
      'export const one = 1, { two, three: [four] } = five',
      '',
      'export function six() {}',
      'export class Seven {}',
      'export interface Eight {}',
      'export type Nine = 9',
      'const ten = 10',
      'export { ten as eleven }',
      'export default ten',
    ].join('\n')
    expect(names({ 'src/a.ts': text })).toEqual([
      'src/a.ts:1 one',
      'src/a.ts:1 two',
      'src/a.ts:1 four',
      'src/a.ts:3 six',
      'src/a.ts:4 Seven',
      'src/a.ts:5 Eight',
      'src/a.ts:6 Nine',
      'src/a.ts:8 eleven',
      'src/a.ts:9 default',
    ])
  })

  it.each([
    ['an import', "import { used } from '../a.ts'"],
    ['a renamed import', "import { used as mine } from '../a.ts'"],
    ['a type import', "import type { used } from '../a.ts'"],
    ['a namespace import', "import * as all from '../a.ts'"],
    ['an inline import type', "let it: import('../a.ts').used"],
    ['a lazy import', "const Lazy = lazy(async () => ({ default: (await import('../a.ts')).used }))"],
    ['a destructured dynamic import', "const { used } = await import('../a.ts')"],
    ['a dynamic import passed on as a whole', "import('../a.ts').then(run)"],
    ['a re-export', "export { used as ours } from '../a.ts'\nimport { ours } from './c.ts'"],
    ['a worker import', "import { used } from '../a.ts?worker'"],
  ])('exclude names used by %s', (_, text) => {
    expect(
      names({ 'src/a.ts': 'export const used = 1', 'src/b/c.ts': text }).filter(each => each.startsWith('src/a')),
    ).toEqual([])
  })

  it('are matched by file and name', () => {
    const files = {
      'src/a.ts': 'export const one = 1\nexport const two = 2',
      'src/b.ts': 'export const one = 1',
      'e2e/c.ts': "import { one } from '../src/b.ts'\nconst { two } = await import('../src/b.ts')",
    }
    expect(names(files)).toEqual(['src/a.ts:1 one', 'src/a.ts:2 two'])
  })

  it('exclude names used by JSDoc types', () => {
    const user = "/** @param {import('./a.mjs').Given} given */\nfunction use(given) {}"
    expect(names({ 'scripts/a.mjs': 'export class Given {}', 'scripts/b.mjs': user })).toEqual([])
  })

  it('include names that only tests use, except in src/testing and if their own file uses them', () => {
    const test = "import { dead, part } from './a.ts'"
    const text = 'export const dead = 1\nexport const part = 2\nrun(part)'
    expect(names({ 'src/a.ts': text, 'src/a.test.ts': test })).toEqual(['src/a.ts:1 dead'])
    expect(names({ 'src/testing/a.ts': text, 'src/testing/b.test.ts': test })).toEqual([])
  })

  it('exclude types that their own file uses, whose names other declarations may need', () => {
    const text = 'interface Dead {}\nexport interface Named {}\nexport type Alone = 1\nfunction use(it: Named) {}'
    expect(names({ 'src/a.ts': text })).toEqual(['src/a.ts:3 Alone'])
  })

  it('exclude entry points named by a build configuration', () => {
    const config = "input: resolve('src/testing/engine.ts')"
    expect(names({ 'src/testing/engine.ts': 'export const start = 1', 'vite.config.ts': config })).toEqual([])
  })
})
