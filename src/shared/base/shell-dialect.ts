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
