import type { Draft, Place } from '../../shared/contract/files.ts'

/** Keeps unsaved texts of the editor for the page after a lost one. Only in memory: they may be of any file. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>()

  keep(draft: Draft): void {
    this.#drafts.set(keyOf(draft.place), draft)
  }

  drop(place: Place): void {
    this.#drafts.delete(keyOf(place))
  }

  get all(): readonly Draft[] {
    return [...this.#drafts.values()]
  }
}

function keyOf(place: Place): string {
  return JSON.stringify(place)
}
