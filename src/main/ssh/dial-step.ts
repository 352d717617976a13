/** Where a dial stands, for the window. */
export type DialStep = { readonly kind: 'connecting'; readonly step: string } | { readonly kind: 'asking' }
