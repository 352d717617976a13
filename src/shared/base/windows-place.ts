import type { ShellPlace } from './shell-dialect.ts'

/** Returns the place at the end of a text for cmd.exe: only its last line counts. */
export function cmdPlace(before: string): ShellPlace {
  const line = before.slice(before.lastIndexOf('\n') + 1)
  return { kind: line.split('"').length % 2 === 0 ? 'double' : 'bare' }
}

// about_Quoting_Rules: single and double quotes, of which typographic ones count too; the backtick escapes.
/** Returns the place at the end of a text for PowerShell. */
export function powershellPlace(before: string): ShellPlace {
  const unsafe = (where: string): ShellPlace => ({ kind: 'unsafe', where })
  let open: 'bare' | 'single' | 'double' | 'comment' = 'bare'
  for (let at = 0; at < before.length; at++) {
    const char = before.charAt(at)
    if (open === 'comment') {
      if (char === '\n') open = 'bare'
    } else if (open === 'single') {
      if (isSingle(char)) open = 'bare'
    } else if (char === '`') {
      if (++at === before.length) return unsafe('right after a backtick')
    } else if (open === 'double') {
      if (isDouble(char)) open = 'bare'
      else if (char === '$' && before.charAt(at + 1) === '(') return unsafe('after $(...) in double quotes')
    } else if (char === '@' && /['"\u2018-\u201e]/.test(before.charAt(at + 1))) return unsafe('after a here-string')
    else if (before.startsWith('<#', at)) return unsafe('after a block comment')
    else if (char === '#' && /(^|[\s;|&(){}])$/.test(before.slice(0, at))) open = 'comment'
    else if (isSingle(char)) open = 'single'
    else if (isDouble(char)) open = 'double'
  }
  if (open === 'bare' && !/(?:^|[\s;|&(){},=])$/.test(before))
    return unsafe('inside a PowerShell word (put the word in double quotes)')
  if (open === 'double' && /\$[\w:]*$/.test(before)) return unsafe('right after a variable')
  return { kind: open }
}

function isSingle(char: string): boolean {
  return /['\u2018-\u201b]/.test(char)
}

function isDouble(char: string): boolean {
  return /["\u201c-\u201e]/.test(char)
}
