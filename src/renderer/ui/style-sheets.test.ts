import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { expect, it } from 'vitest'

const root = 'src/renderer'
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map(name => resolve(root, name))
const sheets = new Map(files.filter(file => file.endsWith('.module.css')).map(file => [file, classesOf(file)]))

function classesOf(sheet: string): ReadonlySet<string> {
  const selectors = readFileSync(sheet, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .matchAll(/([^{};]+)\{/g)
  return new Set(
    Array.from(selectors, ([, selector = '']) => selector.match(/\.[A-Za-z]\w*/g) ?? []).flatMap(each =>
      each.map(name => name.slice(1)),
    ),
  )
}

/** The classes that a file uses; `*` stands for a name computed at run time. */
function uses(file: string): readonly (readonly [sheet: string, name: string])[] {
  const text = readFileSync(file, 'utf8')
  const at = (path: string) => resolve(join(dirname(file), path))
  const composed = Array.from(
    text.matchAll(/composes: (\w+) from '([^']+)'/g),
    ([, name = '', path = '']) => [at(path), name] as const,
  )
  const imports = text.matchAll(/import (\w+) from '([^']+\.module\.css)'/g)
  return [
    ...composed,
    ...Array.from(imports).flatMap(([, local = '', path = '']) =>
      Array.from(
        text.matchAll(new RegExp(`\\b${local}\\[(?:'([\\w-]+)')?`, 'g')),
        ([, name = '*']) => [at(path), name] as const,
      ),
    ),
  ]
}

const used = files.filter(file => /\.(tsx?|css)$/.test(file)).flatMap(uses)
const short = (sheet: string, name: string) => `${sheet.slice(resolve(root).length + 1)} ${name}`

it('every class used by a view is defined in the style sheet it imports', () => {
  expect(used.length).toBeGreaterThan(300)
  const missing = used.filter(([sheet, name]) => name !== '*' && !sheets.get(sheet)?.has(name))
  expect(missing.map(each => short(...each))).toEqual([])
})

it('every class in a style sheet is used', () => {
  const asked = new Set(used.map(each => short(...each)))
  const unused = [...sheets].flatMap(([sheet, names]) =>
    asked.has(short(sheet, '*'))
      ? []
      : [...names].filter(name => !asked.has(short(sheet, name))).map(name => short(sheet, name)),
  )
  expect(unused).toEqual([])
})
