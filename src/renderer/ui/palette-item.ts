import type { ReactNode } from 'react'

/** One entry of the command palette. */
export interface PaletteItem {
  readonly id: string
  readonly title: string
  readonly detail?: string
  /** Other words by which it is found. */
  readonly keywords?: string
  readonly keys?: string
  readonly icon?: ReactNode
  readonly run: () => void
}
