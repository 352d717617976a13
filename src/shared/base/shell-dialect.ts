/** Whose rules a command line is read by. `sh` is any POSIX shell of which no more is known, `other` a shell of its own kind. */
export type Dialect = 'sh' | 'bash' | 'zsh' | 'fish' | 'csh' | 'powershell' | 'cmd' | 'other'

/** Where in a command line a value stands. */
export type ShellPlace =
  | { readonly kind: 'bare' | 'single' | 'double' | 'comment' }
  /** `$'...'` of bash and zsh. */
  | { readonly kind: 'ansi' }
  | HerePlace
  /** Where no quoting keeps a value from being read as code. */
  | { readonly kind: 'unsafe'; readonly where: string }

/** In a here-document, which a line of just `end` ends; `literal` where nothing in it is expanded. */
export interface HerePlace {
  readonly kind: 'here'
  readonly end: string
  readonly literal: boolean
  /** What stands before the value on its line; leading tabs do not count where `tabs` is true. */
  readonly line: string
  readonly tabs: boolean
}

const shells: Readonly<Record<string, Dialect>> = {
  sh: 'sh',
  dash: 'sh',
  ash: 'sh',
  bash: 'bash',
  rbash: 'bash',
  ksh: 'sh',
  ksh93: 'sh',
  mksh: 'sh',
  lksh: 'sh',
  yash: 'sh',
  posh: 'sh',
  busybox: 'sh',
  zsh: 'zsh',
  fish: 'fish',
}

/** Whose rules a program of that name reads by; undefined for no shell that is known. */
export function dialectOfProgram(path: string): Dialect | undefined {
  const name = (path.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/^-|\.exe$/g, '')
  if (name === 'csh' || name === 'tcsh') return 'csh'
  if (name === 'pwsh' || name === 'powershell') return 'powershell'
  if (name === 'cmd') return 'cmd'
  return Object.hasOwn(shells, name) ? shells[name] : undefined
}
