import { readFile, rename } from 'node:fs/promises'
import { basename } from 'node:path'

import type { z } from 'zod'

import { AppError } from '../../shared/base/errors.ts'
import { keepCopy, writeAtomically } from './atomic-write.ts'

/** Converts data of version N to N + 1; the first entry migrates version 1. */
export type Migration = (data: unknown) => unknown

/** Notifies the user of a file that was damaged, or written by a newer version of Hawser. */
export type ShowNotice = (level: 'info' | 'warning' | 'error', text: string) => void

export interface JsonFileOptions<T> {
  readonly path: string
  readonly schema: z.ZodType<T>
  /** The contents of a file that doesn't exist. */
  readonly initial: T
  readonly migrations?: readonly Migration[]
  readonly showNotice: ShowNotice
  /** For tests; used in the names of damaged files. */
  readonly now?: () => Date
}

type ReadResult<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'newer' }
  | { readonly kind: 'corrupt' }

/**
 * One validated, versioned JSON file. Saves are atomic and in order, the last valid copy is kept beside it as `.bak`, a
 * damaged file is moved aside under a dated name and reported, and a file of a newer version is never overwritten.
 */
export class JsonFile<T> {
  readonly #options: JsonFileOptions<T>
  readonly #version: number
  #value: T
  #readOnly = false
  #waiting: T | undefined
  #writing: Promise<void> | undefined

  private constructor(options: JsonFileOptions<T>) {
    this.#options = options
    this.#version = (options.migrations?.length ?? 0) + 1
    this.#value = options.initial
  }

  static async open<T>(options: JsonFileOptions<T>): Promise<JsonFile<T>> {
    const file = new JsonFile(options)
    await file.#load()
    return file
  }

  get value(): T {
    return this.#value
  }

  /** Sets the value at once and resolves when it is on disk; saves during a running one are combined. */
  async save(value: T): Promise<void> {
    if (this.#readOnly) {
      throw new AppError(
        'read-only',
        `${basename(this.#options.path)} was written by a newer version of Hawser, so it was not changed.`,
      )
    }
    this.#value = value
    this.#waiting = value
    this.#writing ??= this.#drain().finally(() => (this.#writing = undefined))
    await this.#writing
  }

  /** Resolves once everything saved so far is on disk. */
  async flush(): Promise<void> {
    await this.#writing
  }

  async #drain(): Promise<void> {
    while (this.#waiting !== undefined) {
      const value = this.#waiting
      this.#waiting = undefined
      const { path } = this.#options
      await keepCopy(path, `${path}.bak`)
      await writeAtomically(path, `${JSON.stringify({ version: this.#version, data: value }, null, 2)}\n`)
    }
  }

  async #load(): Promise<void> {
    const { path, showNotice } = this.#options
    const found = await this.#read(path)
    if (found.kind === 'ok') {
      this.#value = found.value
    } else if (found.kind === 'newer') {
      this.#readOnly = true
      showNotice(
        'warning',
        `${basename(path)} was written by a newer version of Hawser. Changes are not saved until you update Hawser.`,
      )
    } else if (found.kind === 'corrupt') {
      await this.#recover()
    } else {
      const copy = await this.#read(`${path}.bak`)
      if (copy.kind === 'ok') {
        this.#value = copy.value
        showNotice('warning', `${basename(path)} was missing. Hawser restored it from the last backup.`)
      }
    }
  }

  async #recover(): Promise<void> {
    const { path, showNotice, now } = this.#options
    const aside = `${path}.damaged-${(now?.() ?? new Date()).toISOString().replaceAll(':', '-')}`
    await rename(path, aside)
    const copy = await this.#read(`${path}.bak`)
    if (copy.kind === 'ok') this.#value = copy.value
    const then = copy.kind === 'ok' ? 'Hawser restored it from the last backup' : 'Hawser starts with an empty one'
    showNotice('error', `${basename(path)} was damaged. ${then}; the damaged file was saved as ${basename(aside)}.`)
  }

  async #read(path: string): Promise<ReadResult<T>> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'missing' }
      throw new AppError('disk', `Couldn’t read ${path}. Check its permissions.`, { cause: error })
    }
    return this.#parse(text)
  }

  #parse(text: string): ReadResult<T> {
    try {
      const outer = JSON.parse(text) as { version?: unknown; data?: unknown } | null
      if (outer === null || typeof outer !== 'object' || !Number.isInteger(outer.version)) return { kind: 'corrupt' }
      const version = outer.version as number
      if (version > this.#version) return { kind: 'newer' }
      if (version < 1) return { kind: 'corrupt' }
      const data = (this.#options.migrations ?? [])
        .slice(version - 1)
        .reduce<unknown>((old, step) => step(old), outer.data)
      const checked = this.#options.schema.safeParse(data)
      return checked.success ? { kind: 'ok', value: checked.data } : { kind: 'corrupt' }
    } catch {
      return { kind: 'corrupt' }
    }
  }
}
