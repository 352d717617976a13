import { z } from 'zod'

import { snippet, snippetId, values } from '../../shared/contract/snippets.ts'
import { starters } from './starters.ts'

/** The contents of snippets.json. Hidden values are never stored. */
export const snippetFile = z.strictObject({
  snippets: z.array(snippet).max(10_000).default([]),
  /** By snippet and target, see `valuesKey`: the last values of its variables. */
  values: z.record(z.string().max(8192), values).default({}),
  used: z.record(snippetId, z.number()).default({}),
})
export type SnippetFile = z.output<typeof snippetFile>

/** Returns the initial snippets. */
export function firstSnippets(): SnippetFile {
  return { snippets: [...starters()], values: {}, used: {} }
}
