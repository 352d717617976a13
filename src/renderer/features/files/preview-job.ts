import type { DrawnNode } from './markdown-nodes.ts'
import type { NotebookAnswer } from './notebook.ts'
import type { TableAnswer } from './preview-limits.ts'

/** The bytes of a file, as a preview asks for them. */
export interface ByteSource {
  /** Of the whole file, in bytes. */
  readonly size: number
  /** Bytes from `start` to `end`; fewer where the file ends. Rejects past the budget of the preview. */
  slice(start: number, end: number): Promise<ArrayBuffer>
}

/** The work that a preview asks its worker for. */
export type PreviewJob =
  | { readonly kind: 'markdown' }
  | { readonly kind: 'notebook' }
  | { readonly kind: 'table'; readonly separator: string }
  | { readonly kind: 'parquet' }
  | { readonly kind: 'array'; readonly name: string }
  | { readonly kind: 'picture'; readonly svg: boolean }
  /** `length` in bytes from the start. */
  | { readonly kind: 'text'; readonly length: number }

/** The plain data that comes back, by the kind of the job. */
export interface PreviewAnswers {
  readonly markdown: { readonly nodes: readonly DrawnNode[]; readonly notes: readonly string[] }
  readonly notebook: NotebookAnswer
  readonly table: TableAnswer
  readonly parquet: TableAnswer
  readonly array: TableAnswer
  readonly picture: { readonly data: ArrayBuffer | string }
  readonly text: TextAnswer
}

export interface TextAnswer {
  /** A binary file's text is a hex dump of its first bytes. */
  readonly binary: boolean
  readonly text: string
  /** Bytes of the file that were read. */
  readonly read: number
  readonly notes: readonly string[]
}

/** Sent to the worker. */
export type ToWorker =
  | { readonly kind: 'job'; readonly job: PreviewJob; readonly size: number }
  | { readonly kind: 'bytes'; readonly id: number; readonly data: ArrayBuffer }
  | { readonly kind: 'unread'; readonly id: number; readonly message: string }

/** Sent by the worker. */
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly id: number; readonly start: number; readonly end: number }
  | { readonly kind: 'done'; readonly answer: PreviewAnswers[PreviewJob['kind']] }
  | { readonly kind: 'failed'; readonly message: string }
