import type { ReactNode } from 'react'

/** One entry of the command palette. */
export interface PaletteItem {
  readonly id: string
  readonly title: string
  readonly detail?: string
  readonly keys?: string
  readonly icon?: ReactNode
  readonly run: () => void
}
