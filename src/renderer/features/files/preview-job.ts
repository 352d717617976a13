import type { MarkdownAnswer } from './markdown-nodes.ts'
import type { NotebookAnswer } from './notebook.ts'
import type { PictureAnswer } from './picture.ts'
import type { TableAnswer } from './preview-limits.ts'

/** A job for the preview worker. */
export type PreviewJob =
  | { readonly kind: 'markdown' }
  | { readonly kind: 'notebook' }
  | { readonly kind: 'table'; readonly separator: string }
  | { readonly kind: 'parquet' }
  | { readonly kind: 'array'; readonly name: string }
  | { readonly kind: 'picture'; readonly svg: boolean }
  /** Reads `length` bytes from the start. */
  | { readonly kind: 'text'; readonly length: number }

/** The result of a job, by kind. */
export interface PreviewAnswers {
  readonly markdown: MarkdownAnswer
  readonly notebook: NotebookAnswer
  readonly table: TableAnswer
  readonly parquet: TableAnswer
  readonly array: TableAnswer
  readonly picture: PictureAnswer
  readonly text: TextAnswer
}

export interface TextAnswer {
  /** True for a binary file, whose text is a hex dump of its first bytes. */
  readonly binary: boolean
  readonly text: string
  /** Number of bytes that were read. */
  readonly read: number
  readonly notes: readonly string[]
}

/** Messages to the worker. */
export type ToWorker =
  | { readonly kind: 'job'; readonly job: PreviewJob; readonly size: number }
  | { readonly kind: 'bytes'; readonly id: number; readonly data: ArrayBuffer }
  | { readonly kind: 'unread'; readonly id: number; readonly message: string }

/** Messages from the worker. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly id: number; readonly start: number; readonly end: number }
  | { readonly kind: 'done'; readonly answer: PreviewAnswers[PreviewJob['kind']] }
  | { readonly kind: 'failed'; readonly message: string }
