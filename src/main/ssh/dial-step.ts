import type { ServerText } from '../../shared/base/server-text.ts'

/** Where a dial stands, for the window. `said` is what the server shows before the sign-in is over (its banner). */
export type DialStep =
  { readonly kind: 'connecting'; readonly step: string; readonly said?: ServerText } | { readonly kind: 'asking' }
