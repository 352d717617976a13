// Imports that go in a circle. Imports of types count, too: a circle of types is as hard to take apart and to read as any
// other.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'

/** Groups of files that import each other, by path from `root`; empty where there is none. @param {string} root */
export function findCycles(root) {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(ts|tsx|mjs)$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map(name => name.replaceAll('\\', '/'))
    .sort()
  return circles(new Map(files.map(file => [file, importsOf(root, file)])))
}

/** @param {string} root @param {string} file @returns {readonly string[]} */
function importsOf(root, file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
  const folder = dirname(join(root, file))
  return importedFiles
    .map(({ fileName }) => fileName)
    .filter(name => name.startsWith('.'))
    .map(name =>
      resolve(folder, name)
        .slice(resolve(root).length + 1)
        .replaceAll('\\', '/'),
    )
}

/**
 * The strongly connected components of more than one file (Tarjan, 1972).
 *
 * @param {ReadonlyMap<string, readonly string[]>} imports
 * @returns {readonly (readonly string[])[]}
 */
function circles(imports) {
  /** @type {Map<string, { index: number, low: number, open: boolean }>} */
  const seen = new Map()
  /** @type {string[]} */
  const path = []
  /** @type {string[][]} */
  const found = []
  /** @param {string} file */
  const visit = file => {
    const mark = { index: seen.size, low: seen.size, open: true }
    seen.set(file, mark)
    path.push(file)
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue
      const other = seen.get(next)
      if (other === undefined) mark.low = Math.min(mark.low, visit(next).low)
      else if (other.open) mark.low = Math.min(mark.low, other.index)
    }
    if (mark.low === mark.index) {
      const group = path.splice(path.indexOf(file))
      for (const each of group) Object.assign(seen.get(each) ?? {}, { open: false })
      if (group.length > 1) found.push(group.sort())
    }
    return mark
  }
  for (const file of imports.keys()) if (!seen.has(file)) visit(file)
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = findCycles('src')
  for (const files of found) console.log(`These files of src import each other in a circle: ${files.join(', ')}.`)
  process.exit(found.length === 0 ? 0 : 1)
}
