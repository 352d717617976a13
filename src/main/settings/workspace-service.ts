import type { Services } from '../../shared/contract/contract.ts'
import type { SavedWorkspace } from '../../shared/contract/workspace.ts'
import type { JsonFile } from '../storage/json-file.ts'

type Contract = Services['workspace']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

/** Saves the tabs and splits for the next start. */
export class WorkspaceService implements Contract {
  readonly #file: JsonFile<SavedWorkspace>

  constructor(file: JsonFile<SavedWorkspace>) {
    this.#file = file
  }

  load(): SavedWorkspace {
    return this.#file.value
  }

  save({ workspace }: Input<'save'>): Promise<void> {
    return this.#file.save(workspace)
  }
}
