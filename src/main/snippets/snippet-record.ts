import { z } from 'zod'

import { snippet, snippetId, values } from '../../shared/contract/snippets.ts'
import { starters } from './starters.ts'

/** What is kept in snippets.json. Never a hidden value. */
export const snippetFile = z.strictObject({
  snippets: z.array(snippet).max(10_000).default([]),
  /** By snippet and target, see `valuesKey`: what its variables were filled with last. */
  values: z.record(z.string().max(8192), values).default({}),
  used: z.record(snippetId, z.number()).default({}),
})
export type SnippetFile = z.output<typeof snippetFile>

/** What there is before anybody made one. */
export function firstSnippets(): SnippetFile {
  return { snippets: [...starters()], values: {}, used: {} }
}
