import type { ReactNode } from 'react'

/** One thing that the palette can run. */
export interface PaletteItem {
  readonly id: string
  readonly title: string
  readonly detail?: string
  readonly keys?: string
  readonly icon?: ReactNode
  readonly run: () => void
}
