import type { TerminalSize } from '../../../shared/contract/terminals.ts'
import type { TmuxLayout } from '../../../shared/contract/tmux.ts'

/** A width and a height, in pixels. */
export interface Box {
  readonly width: number
  readonly height: number
}

/** What the panes of a window look like: the size of a cell, and what a pane needs around its cells. */
export interface Geometry {
  readonly cell: Box
  readonly around: (paneId: string) => Box
}

/** The width of a separator, which takes the place of tmux's border: one cell. */
const separatorPx = 1

const smallest = { cols: 2, rows: 1 }
const largest = 1_000

/** What a part of a window needs beside its cells: the headers of its panes, less the borders that tmux counts as cells. */
function beside(layout: TmuxLayout, { cell, around }: Geometry): Box {
  if (layout.kind === 'pane') return around(layout.paneId)
  const parts = layout.parts.map(part => beside(part, { cell, around }))
  const borders = (layout.parts.length - 1) * separatorPx
  const [isRow, gaps] = [layout.kind === 'row', layout.parts.length - 1]
  return {
    width: isRow
      ? sum(parts.map(each => each.width)) + borders - gaps * cell.width
      : most(parts.map(each => each.width)),
    height: isRow
      ? most(parts.map(each => each.height))
      : sum(parts.map(each => each.height)) + borders - gaps * cell.height,
  }
}

/** The size that a part of a window needs to show all its cells. */
export function boxOf(layout: TmuxLayout, geometry: Geometry): Box {
  const { width, height } = beside(layout, geometry)
  const { cell } = geometry
  return { width: layout.width * cell.width + width, height: layout.height * cell.height + height }
}

/** The largest size of a window, in cells, whose panes fit into the room, divided as they are. */
export function sizeFor(layout: TmuxLayout, room: Box, geometry: Geometry): TerminalSize {
  const { width, height } = beside(layout, geometry)
  const { cell } = geometry
  const fit = (pixels: number, each: number, least: number) =>
    Math.min(largest, Math.max(least, Math.floor((pixels + 0.01) / each)))
  return {
    cols: fit(room.width - width, cell.width, smallest.cols),
    rows: fit(room.height - height, cell.height, smallest.rows),
  }
}

/** A pane whose size along the direction of a split is that of the part: resizing it moves the part's border. */
export function paneAtBorder(part: TmuxLayout, direction: 'row' | 'column'): string {
  if (part.kind === 'pane') return part.paneId
  const inner = part.kind === direction ? part.parts.slice(-1) : part.parts
  const next = inner.find(({ kind }) => kind === 'pane') ?? inner[0]
  return next === undefined ? '' : paneAtBorder(next, direction)
}

const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0)
const most = (all: readonly number[]) => all.reduce((greatest, each) => Math.max(greatest, each), 0)
