import type { ServerText } from '../../shared/base/server-text.ts'

/**
 * The progress of a dial, for the window. `said` is text that the server shows before the sign-in is complete (its
 * banner).
 */
export type DialStep =
  { readonly kind: 'connecting'; readonly step: string; readonly said?: ServerText } | { readonly kind: 'asking' }
