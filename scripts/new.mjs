// npm run new: writes the skeleton of a feature, which passes every check, and lists it where features are listed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import { withImport, withMember } from './new/insert.mjs'
import { help, runTool } from './run.mjs'
import { fail, root, say } from './set-up.mjs'

/** The files of a feature, by template in scripts/new. */
const files = {
  'contract.txt': 'src/shared/contract/__name__.ts',
  'service.txt': 'src/main/__name__/__name__-service.ts',
  'service.test.txt': 'src/main/__name__/__name__-service.test.ts',
  'mirror.txt': 'src/renderer/mirrors/__name__.ts',
  'mirror.test.txt': 'src/renderer/mirrors/__name__.test.ts',
  'page.txt': 'src/renderer/features/__name__/__name__-page.tsx',
  'door.txt': 'src/renderer/features/__name__/__name__-door.tsx',
  'e2e.txt': 'e2e/__name__.spec.ts',
}

/**
 * The lists that name every feature, each with the import it needs.
 * @type {readonly { file: string, line: string, list: string, member: string }[]}
 */
const lists = [
  {
    file: 'src/shared/contract/contract.ts',
    line: "import { __camel__ } from './__name__.ts'",
    list: 'contract',
    member: '__camel__',
  },
  {
    file: 'src/main/wiring/services.ts',
    line: "import { __Pascal__Service } from '../__name__/__name__-service.ts'",
    list: 'services',
    member: '__camel__: new __Pascal__Service()',
  },
  {
    file: 'src/renderer/app/doors.ts',
    line: "import { __camel__Door } from '../features/__name__/__name__-door.tsx'",
    list: 'doors',
    member: '__camel__Door',
  },
]

/**
 * Returns the text of every file of a new feature, by path. Errors: a name that isn't kebab-case or is taken.
 * @param {string} name such as `gpu-jobs` @param {string} folder the folder of the project
 * @returns {Map<string, string>}
 */
export function skeletonOf(name, folder) {
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name))
    throw new Error(`The name ${name} is not in kebab-case, such as gpu-jobs.`)
  const fill = fillerFor(name)
  const templates = join(dirname(fileURLToPath(import.meta.url)), 'new')
  const written = Object.entries(files).map(([template, path]) => {
    const text = readFileSync(join(templates, template), 'utf8')
    return /** @type {const} */ ([fill(path), fill(text)])
  })
  const taken = written.map(([path]) => path).filter(path => existsSync(join(folder, path)))
  if (taken.length > 0) throw new Error(`There already is a file ${taken.join(', ')}.`)
  const listed = lists.map(({ file, line, list, member }) => {
    const imported = withImport(readFileSync(join(folder, file), 'utf8'), fill(line))
    return /** @type {const} */ ([file, withMember(imported, fill(member), list)])
  })
  return new Map([...written, ...listed])
}

/** @param {string} name */
function fillerFor(name) {
  const words = name.split('-')
  const pascal = words.map(capital).join('')
  /** @type {Record<string, string>} */
  const values = {
    name,
    Pascal: pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    lower: words.join(' '),
    Title: capital(words.join(' ')),
  }
  return (/** @type {string} */ text) => text.replace(/__(\w+?)__/g, (whole, key) => values[key] ?? whole)
}

/** @param {string} word */
function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  help('npm run new -- NAME   writes the skeleton of a feature; NAME is a noun in kebab-case, such as gpu-jobs')
  const [name] = process.argv.slice(2)
  if (name === undefined) fail('Which feature? For example: npm run new -- gpu-jobs')
  /** @type {Map<string, string>} */
  let skeleton
  try {
    skeleton = skeletonOf(name, root)
  } catch (error) {
    fail(/** @type {Error} */ (error).message)
  }
  for (const [path, text] of skeleton) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const code = await runTool('prettier/bin/prettier.cjs', ['--write', '--log-level=warn', ...skeleton.keys()])
  for (const path of skeleton.keys()) say(path)
  say('next: docs/adding-a-feature.md')
  process.exit(code)
}
