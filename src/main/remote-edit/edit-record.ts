import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { editId, type EditId } from '../../shared/contract/edits.ts'
import { fileName, fileVersion, place } from '../../shared/contract/files.ts'
import { writeAtomically } from '../storage/atomic-write.ts'

/** What is remembered of an edit across restarts: enough to tell whether its copy holds changes that weren't sent. */
export const editRecord = z.strictObject({
  version: z.literal(1),
  place,
  /** The name of the copy in the folder of this edit. */
  name: fileName,
  /** The remote file as it was last seen; null when it is to be made anew. */
  base: fileVersion.nullable(),
  /** SHA-256 of what was last fetched, sent or given up. */
  sent: z.string().regex(/^[0-9a-f]{64}$/),
})
export type EditRecord = Readonly<z.output<typeof editRecord>>

const ending = '.json'

/** The folder of an edit's copy. Its record lies beside it, so that writing one doesn't look like a save. */
export function copyFolder(folder: string, id: EditId): string {
  return join(folder, id)
}

/** Writes the record of an edit, whole or not at all. Throws `disk`. */
export function writeRecord(folder: string, id: EditId, record: EditRecord): Promise<void> {
  return writeAtomically(join(folder, id + ending), JSON.stringify(record))
}

/** What an earlier run left behind; `record` is null where it can't be read. */
export interface LeftBehind {
  readonly id: EditId
  readonly record: EditRecord | null
  /** When something in it was last written, in milliseconds since 1970. */
  readonly touchedMs: number
}

/** All edits that lie in the folder. */
export async function readLeftBehind(folder: string): Promise<readonly LeftBehind[]> {
  const names = await readdir(folder).catch(() => [] as string[])
  const ids = new Set(names.map(name => (name.endsWith(ending) ? name.slice(0, -ending.length) : name)))
  const known = [...ids].flatMap(id => editId.safeParse(id).data ?? [])
  return Promise.all(
    known.map(async id => ({
      id,
      record: await readRecord(join(folder, id + ending)),
      touchedMs: await newestWithin(copyFolder(folder, id)),
    })),
  )
}

/** Takes away the copy of an edit and its record. */
export async function removeEdit(folder: string, id: EditId): Promise<void> {
  await rm(copyFolder(folder, id), { recursive: true, force: true })
  await rm(join(folder, id + ending), { force: true })
}

async function readRecord(path: string): Promise<EditRecord | null> {
  try {
    return editRecord.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}

/** The newest time within a folder: writing a file in place leaves the folder's own as it was. */
async function newestWithin(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [] as string[])
  const found = await Promise.all(
    [folder, ...names.map(name => join(folder, name))].map(path => stat(path).catch(() => null)),
  )
  return Math.max(0, ...found.map(each => each?.mtimeMs ?? 0))
}
