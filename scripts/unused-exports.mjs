// The part of `npm run check` that finds exports no other file imports: dead code, or details that should stay private.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

import ts from 'typescript'

/** The folders whose exports are checked; `bench` only counts as a user of them. */
const checked = ['src', 'e2e', 'scripts']
const searched = [...checked, 'bench']

/** @typedef {{ file: string, line: number, name: string }} Export */

/**
 * Returns the exports that no other file uses. A unit test counts as a user of src/testing, and of names that their own file
 * uses too: code that only a test uses is dead. A type that its own file uses may stay exported, since the compiler needs its
 * name where other files infer it (TS4023).
 * @param {ReadonlyMap<string, string>} texts each file's text by its path, with slashes
 * @returns {Export[]}
 */
export function unusedExports(texts) {
  // Each entry is a path and a name; the name `*` stands for all exports of the file.
  /** @type {Set<string>} */
  const used = new Set()
  /** @type {Set<string>} */
  const tested = new Set()
  /** @type {(Export & { usedHere: boolean, isType: boolean })[]} */
  const exported = []
  for (const [file, text] of texts) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    if (isChecked(file)) exported.push(...exportsOf(source))
    for (const [target, name] of usesIn(source)) {
      if (target === file) continue
      if (isTest(file) && !target.startsWith('src/testing/')) tested.add(`${target} ${name}`)
      else used.add(`${target} ${name}`)
    }
    // Build configurations name the entry points of programs.
    if (!file.includes('/')) for (const entry of textsIn(source)) if (texts.has(entry)) used.add(`${entry} *`)
  }
  const isIn = (/** @type {Set<string>} */ set, /** @type {Export} */ { file, name }) =>
    set.has(`${file} ${name}`) || set.has(`${file} *`)
  return exported
    .filter(each => !isIn(used, each) && !(each.usedHere && (each.isType || isIn(tested, each))))
    .map(({ file, line, name }) => ({ file, line, name }))
}

/** @param {string} file */
function isChecked(file) {
  return checked.includes(file.split('/')[0] ?? '') && !isTest(file) && !/\.d\.m?ts$/.test(file)
}

/** @param {string} file */
function isTest(file) {
  return /\.test\.tsx?$/.test(file)
}

/** @param {ts.SourceFile} source */
function exportsOf(source) {
  /** @type {Map<string, number>} */
  const times = new Map()
  const count = (/** @type {ts.Node} */ node) => {
    if (ts.isIdentifier(node)) times.set(node.text, (times.get(node.text) ?? 0) + 1)
    ts.forEachChild(node, count)
  }
  count(source)
  return source.statements.flatMap(statement =>
    exportedNames(statement).map(({ node, name }) => ({
      file: source.fileName,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      name,
      usedHere: (times.get(name) ?? 0) > 1,
      isType: ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement),
    })),
  )
}

/** @param {ts.SourceFile} source @returns {string[]} */
function textsIn(source) {
  /** @type {string[]} */
  const found = []
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isStringLiteralLike(node)) found.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** @param {ts.Statement} statement @returns {{ node: ts.Node, name: string }[]} */
function exportedNames(statement) {
  if (ts.isExportAssignment(statement)) return [{ node: statement, name: 'default' }]
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => named(name)) : []
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  const has = (/** @type {ts.SyntaxKind} */ kind) => modifiers.some(each => each.kind === kind)
  if (!has(ts.SyntaxKind.ExportKeyword)) return []
  if (has(ts.SyntaxKind.DefaultKeyword)) return [{ node: statement, name: 'default' }]
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name).map(named))
  return 'name' in statement && statement.name ? [named(/** @type {ts.Identifier} */ (statement.name))] : []
}

/** @param {ts.Identifier | ts.StringLiteral} node */
function named(node) {
  return { node, name: node.text }
}

/** @param {ts.BindingName} name @returns {ts.Identifier[]} */
function boundNames(name) {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}

/** Returns what a file uses of other files, as pairs of path and name. @param {ts.SourceFile} source @returns {[string, string][]} */
function usesIn(source) {
  /** @type {[string, string][]} */
  const found = []
  const add = (/** @type {ts.Node | undefined} */ specifier, /** @type {readonly string[]} */ names) => {
    if (!specifier || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith('.')) return
    const path = posix.join(posix.dirname(source.fileName), specifier.text.replace(/\?.*$/, ''))
    for (const name of names) found.push([path, name])
  }
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node.importClause))
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, reexportedNames(node.exportClause))
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, [node.qualifier ? firstName(node.qualifier) : '*'])
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], namesTaken(node))
    ts.forEachChild(node, visit)
    // In JavaScript files, types are imported in JSDoc comments.
    for (const comment of /** @type {{ jsDoc?: ts.JSDoc[] }} */ (node).jsDoc ?? []) visit(comment)
  }
  visit(source)
  return found
}

/** @param {ts.ImportClause | undefined} clause */
function importedNames(clause) {
  const bindings = clause?.namedBindings
  const names = clause?.name ? ['default'] : []
  if (!bindings) return names
  if (ts.isNamespaceImport(bindings)) return ['*']
  return [...names, ...bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)]
}

/** @param {ts.NamedExportBindings | undefined} clause */
function reexportedNames(clause) {
  if (!clause || ts.isNamespaceExport(clause)) return ['*']
  return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
}

/** @param {ts.EntityName} name @returns {string} */
function firstName(name) {
  return ts.isIdentifier(name) ? name.text : firstName(name.left)
}

/** The names that the code around an `import()` takes from it; `*` if the syntax doesn't tell. @param {ts.Node} call */
function namesTaken(call) {
  let node = call.parent
  while (ts.isAwaitExpression(node) || ts.isParenthesizedExpression(node)) node = node.parent
  if (ts.isPropertyAccessExpression(node) && node.name.text !== 'then') return [node.name.text]
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name))
    return node.name.elements.map(({ name, propertyName }) => (propertyName ?? name).getText())
  return ['*']
}

/** @param {string} root */
function readTexts(root) {
  const paths = searched.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
  )
  // Configuration files in the root use some exports, too.
  const all = [...paths, ...readdirSync(root)].filter(path => /\.(ts|tsx|mts|mjs|js)$/.test(path))
  return new Map(all.map(path => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')]))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)))
  const unused = unusedExports(readTexts(root))
  for (const { file, line, name } of unused)
    console.log(`${relative('.', join(root, file))}:${line} ${name} is exported but not used by any other file.`)
  if (unused.length > 0) console.log('Remove the word `export`, or delete the code if nothing uses it.')
  process.exit(unused.length === 0 ? 0 : 1)
}
