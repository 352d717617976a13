import { parseTemplate } from '../../../shared/base/snippet-template.ts'

// What runs its arguments as a command line, in the shell itself or in another one, or takes them for names and sums.
const readers =
  /(?:^|[\s;|&(])(eval|ssh|xargs|parallel|su|trap|watch|let|declare|typeset|read|unset|printf -v|test -v|(?:ba|da|z|k|fi|tc)?sh(?=(?:\s+-\w+)*\s+-\w*c\b))\s/g

/** The program on the line of a value that would read the value as code, by its name; null where there is none. */
export function readsAgain(command: string): string | null {
  let line = ''
  for (const part of parseTemplate(command)) {
    if (part.kind === 'text') {
      line = (line + part.text).split('\n').at(-1) ?? ''
      continue
    }
    const found = [...line.matchAll(readers)].at(-1)
    if (found && !part.raw) return found[1] ?? null
    line += 'x'
  }
  return null
}
