// Adds an import or a list member to a source file, by its syntax.
import ts from 'typescript'

/**
 * Returns the text with one more import, in the order of the existing ones.
 * @param {string} text @param {string} line such as `import { a } from './a.ts'`
 */
export function withImport(text, line) {
  const imports = parse(text).statements.filter(ts.isImportDeclaration)
  const place = placeOf(specifierOf(parse(line).statements.find(ts.isImportDeclaration)))
  const next = imports.find(each => isBefore(place, placeOf(specifierOf(each))))
  const at = next?.getStart() ?? (imports.at(-1)?.getEnd() ?? -1) + 1
  return `${text.slice(0, at)}${line}\n${text.slice(at)}`
}

/**
 * Returns the text with one more member in an object or array: in order if its members are sorted, otherwise at the end.
 * Errors: there is no such list.
 * @param {string} text @param {string} member
 * @param {string} list the name of the variable or property
 */
export function withMember(text, member, list) {
  const literal = findNode(parse(text), node => (isNamed(node, list) ? asLiteral(node.initializer) : undefined))
  if (!literal) throw new Error(`There is no list called ${list}.`)
  const members = ts.isObjectLiteralExpression(literal) ? [...literal.properties] : [...literal.elements]
  const names = members.map(each => nameIn(each.getText()))
  const isSorted = names.every((name, index) => index === 0 || /** @type {string} */ (names[index - 1]) <= name)
  const next = isSorted ? members[names.findIndex(name => name > nameIn(member))] : undefined
  if (next) return `${text.slice(0, next.getStart())}${member},\n${text.slice(next.getStart())}`
  const end = members.at(-1)?.getEnd() ?? literal.getStart() + 1
  return `${text.slice(0, end)}${members.length > 0 ? ',' : ''}\n${member}${text.slice(end)}`
}

/** @param {string} text */
function parse(text) {
  return ts.createSourceFile('list.tsx', text, ts.ScriptTarget.Latest, true)
}

/** @param {ts.ImportDeclaration | undefined} declaration */
function specifierOf(declaration) {
  const specifier = declaration?.moduleSpecifier
  return specifier && ts.isStringLiteral(specifier) ? specifier.text : ''
}

/** The sort key of an import: packages first, then files, those in outer folders first. @param {string} specifier */
function placeOf(specifier) {
  const far = specifier.startsWith('.') ? specifier.split('../').length : Infinity
  return { far, specifier }
}

/** @typedef {ReturnType<typeof placeOf>} Place */

/** @param {Place} a @param {Place} b */
function isBefore(a, b) {
  return a.far === b.far ? a.specifier < b.specifier : a.far > b.far
}

/**
 * Returns the first answer of `find` in the tree, outer nodes first.
 * @template T @param {ts.Node} node @param {(node: ts.Node) => T | undefined} find @returns {T | undefined}
 */
function findNode(node, find) {
  return find(node) ?? ts.forEachChild(node, child => findNode(child, find))
}

/** @param {ts.Node} node @param {string} name @returns {node is ts.VariableDeclaration | ts.PropertyAssignment} */
function isNamed(node, name) {
  return (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) && node.name.getText() === name
}

/**
 * The object or array that an expression is, below `as`, `satisfies` and parentheses.
 * @param {ts.Expression | undefined} value @returns {ts.ObjectLiteralExpression | ts.ArrayLiteralExpression | undefined}
 */
function asLiteral(value) {
  if (!value) return undefined
  if (ts.isObjectLiteralExpression(value) || ts.isArrayLiteralExpression(value)) return value
  const isWrapped = ts.isAsExpression(value) || ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value)
  return isWrapped ? asLiteral(value.expression) : undefined
}

/** @param {string} member */
function nameIn(member) {
  return /[\w$]+/.exec(member)?.[0] ?? ''
}
