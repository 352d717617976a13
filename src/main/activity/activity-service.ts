import { randomUUID } from 'node:crypto'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { ActivityEntry } from '../../shared/contract/activity.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { JsonFile } from '../storage/json-file.ts'

type Contract = Services['activity']

const maxEntries = 500

/** Records what happened, newest first. */
export class ActivityService implements Contract {
  readonly #changed = new Emitter<readonly ActivityEntry[]>()
  readonly onChanged = this.#changed.event
  readonly #file: JsonFile<ActivityEntry[]>

  constructor(file: JsonFile<ActivityEntry[]>) {
    this.#file = file
  }

  list(): readonly ActivityEntry[] {
    return this.#file.value
  }

  clear(): Promise<void> {
    return this.#store([])
  }

  /** Adds an entry; a failure to save it is ignored. */
  add(kind: ActivityEntry['kind'], subject: string, text: string): void {
    const entry: ActivityEntry = {
      id: randomUUID(),
      at: Date.now(),
      kind,
      subject: cleanLine(subject, 500),
      text: cleanLine(text, 2000),
    }
    void this.#store([entry, ...this.#file.value].slice(0, maxEntries)).catch(() => {})
  }

  async #store(entries: ActivityEntry[]): Promise<void> {
    const saved = this.#file.save(entries)
    this.#changed.fire(entries)
    await saved
  }
}
