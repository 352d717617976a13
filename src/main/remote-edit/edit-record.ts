import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { z } from 'zod'

import { editId, type EditId } from '../../shared/contract/edits.ts'
import { fileName, fileVersion, place } from '../../shared/contract/files.ts'
import { writeAtomically } from '../storage/atomic-write.ts'

/** The saved state of an edit: enough to tell after a restart whether its copy has changes that were not uploaded. */
const editRecord = z.strictObject({
  version: z.literal(1),
  place,
  /** The name of the copy in the folder of this edit. */
  name: fileName,
  /** The remote file as last seen; null if it is to be created again. */
  base: fileVersion.nullable(),
  /** SHA-256 of the contents that were last downloaded, uploaded or discarded. */
  sent: z.string().regex(/^[0-9a-f]{64}$/),
})
export type EditRecord = Readonly<z.output<typeof editRecord>>

const ending = '.json'

/**
 * Returns the folder of an edit's copy. Its record is beside the folder, so that writing it doesn't look like a save.
 */
export function copyFolder(folder: string, id: EditId): string {
  return join(folder, id)
}

/** Writes the record of an edit atomically. Errors: `disk`. */
export function writeRecord(folder: string, id: EditId, record: EditRecord): Promise<void> {
  return writeAtomically(join(folder, id + ending), JSON.stringify(record))
}

/** A leftover of an earlier run; `record` is null if it can't be read. */
export interface LeftBehind {
  readonly id: EditId
  readonly record: EditRecord | null
  /** When anything in it was last written, in milliseconds since 1970. */
  readonly touchedMs: number
}

/** Lists all edits in the folder. */
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

/** Deletes the copy of an edit and its record. */
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

/** Returns the newest time within a folder: writing a file in place doesn't update the folder's own. */
async function newestWithin(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [] as string[])
  const found = await Promise.all(
    [folder, ...names.map(name => join(folder, name))].map(path => stat(path).catch(() => null)),
  )
  return Math.max(0, ...found.map(each => each?.mtimeMs ?? 0))
}
