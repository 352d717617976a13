/** The syntax of a command line. `sh` is any other POSIX shell, `other` an unknown shell. */
export type Dialect = 'sh' | 'bash' | 'zsh' | 'fish' | 'csh' | 'powershell' | 'cmd' | 'other'

/** The place of a value in a command line. */
export type ShellPlace =
  | { readonly kind: 'bare' | 'single' | 'double' | 'comment' }
  /** `$'...'` of bash and zsh. */
  | { readonly kind: 'ansi' }
  | HerePlace
  /** Where no quoting prevents a value from being interpreted as code. */
  | { readonly kind: 'unsafe'; readonly where: string }

/** In a here-document that ends with the line `end`; `literal` if nothing in it is expanded. */
export interface HerePlace {
  readonly kind: 'here'
  readonly end: string
  readonly literal: boolean
  /** The text before the value on its line; leading tabs are ignored if `tabs` is true. */
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

/** Returns the dialect of a program by its name; undefined for an unknown shell. */
export function dialectOfProgram(path: string): Dialect | undefined {
  const name = (path.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/^-|\.exe$/g, '')
  if (name === 'csh' || name === 'tcsh') return 'csh'
  if (name === 'pwsh' || name === 'powershell') return 'powershell'
  if (name === 'cmd') return 'cmd'
  return Object.hasOwn(shells, name) ? shells[name] : undefined
}
