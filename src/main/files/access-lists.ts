import { AppError } from '../../shared/base/errors.ts'
import { parentOf } from '../../shared/base/paths.ts'
import { sh } from '../ssh/script.ts'
import type { Commands } from './file-system.ts'

interface Folder {
  readonly lookedAt: number
  /** True where one of its files may have a list of its own, or new ones get one. */
  readonly hasLists: Promise<boolean>
}

// One look serves the files of a copy.
const looksHoldMs = 60_000
// Some login shells take seconds to run a command.
const commandMs = 60_000

/**
 * The access lists (acl(5)) of files that are replaced. SFTP has no word for them, and shows the mask of a list as the
 * group's permissions, so that a file with the same mode would let the group in. They are copied by getfacl(1) and
 * setfacl(1), where the host has these: one command for a folder, and one for each file where the folder has lists.
 */
export class AccessLists {
  readonly #commands: Commands
  readonly #folders = new Map<string, Folder>()

  constructor(commands: Commands) {
    this.#commands = commands
  }

  /** Gives a new file the list of the one that it will replace; the group gets nothing where the host refuses that. */
  async keep(standing: string, replacement: string): Promise<void> {
    if (!(await this.#hasLists(parentOf(standing)))) return
    await this.#run(sh`list=$(getfacl -cpn -- ${standing} 2>/dev/null) && [ -n "$list" ] || exit 0
printf '%s\\n' "$list" | setfacl --set-file=- -- ${replacement} || chmod g= -- ${replacement}`)
  }

  #hasLists(folder: string): Promise<boolean> {
    const known = this.#folders.get(folder)
    if (known && Date.now() - known.lookedAt < looksHoldMs) return known.hasLists
    const hasLists = this.#look(folder)
    this.#folders.set(folder, { lookedAt: Date.now(), hasLists })
    return hasLists
  }

  async #look(folder: string): Promise<boolean> {
    // A folder that takes long to look at is one whose files are asked about one by one.
    const found = await this.#run(sh`command -v getfacl >/dev/null 2>&1 && command -v setfacl >/dev/null 2>&1 || exit 0
find ${folder}/. -maxdepth 1 '(' -type f -o -name . ')' -exec getfacl -spn -- '{}' + 2>/dev/null | head -c 1`)
    return found === null || found.length > 0
  }

  /** What a command printed; null where it did not get to its end. */
  async #run(script: Parameters<Commands['run']>[0]): Promise<Uint8Array | null> {
    try {
      return (await this.#commands.run(script, { timeoutMs: commandMs })).output
    } catch (error) {
      // What a lost link means is told by the next request for the files.
      if (error instanceof AppError) return null
      throw error
    }
  }
}
