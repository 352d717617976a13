import type { Services } from '../../shared/contract/contract.ts'
import type { SavedWorkspace } from '../../shared/contract/workspace.ts'
import type { JsonFile } from '../storage/json-file.ts'

type Contract = Services['workspace']

/** Saves the tabs and splits for the next start. */
export class WorkspaceService implements Contract {
  readonly #file: JsonFile<SavedWorkspace>

  constructor(file: JsonFile<SavedWorkspace>) {
    this.#file = file
  }

  load: Contract['load'] = () => this.#file.value

  save: Contract['save'] = ({ workspace }) => this.#file.save(workspace)
}
