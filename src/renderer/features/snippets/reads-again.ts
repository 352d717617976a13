import { parseTemplate } from '../../../shared/base/snippet-template.ts'

// Programs that run their arguments as a command line, in this shell or another one, or evaluate them as names or sums.
const readers =
  /(?:^|[\s;|&(])(eval|ssh|xargs|parallel|su|trap|watch|let|declare|typeset|read|unset|printf -v|test -v|(?:ba|da|z|k|fi|tc)?sh(?=(?:\s+-\w+)*\s+-\w*c\b))\s/g

/** The name of a program on the line of a value that would evaluate the value as code; null if there is none. */
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
