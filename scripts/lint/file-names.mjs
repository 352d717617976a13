// An ESLint rule.
import { relative } from 'node:path'

const kebab = /^[a-z\d]+(-[a-z\d]+)*(\.[a-z\d]+(-[a-z\d]+)*)*$/

/**
 * Requires kebab-case for the names of files and folders: names are predictable, and never differ in case alone, which some
 * file systems ignore.
 * @type {import('eslint').Rule.RuleModule}
 */
export const fileNames = {
  meta: { type: 'problem', schema: [], messages: { name: 'The name {{name}} is not in kebab-case.' } },
  create(context) {
    return {
      Program(node) {
        for (const name of relative(context.cwd, context.filename).split(/[\\/]/))
          if (!kebab.test(name))
            context.report({ node, loc: { line: 1, column: 0 }, messageId: 'name', data: { name } })
      },
    }
  },
}
