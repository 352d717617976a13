import { AppError } from '../../shared/base/errors.ts'
import { parentOf } from '../../shared/base/paths.ts'
import { sh } from '../ssh/script.ts'
import type { Commands } from './file-system.ts'

interface Folder {
  readonly lookedAt: number
  /** True if files in it may have lists of their own, or new files get one. */
  readonly hasLists: Promise<boolean>
}

// One check serves all files of a copy.
const looksHoldMs = 60_000
// Some login shells take seconds to run a command.
const commandMs = 60_000

/**
 * The access control lists (acl(5)) of files that are replaced. SFTP doesn't know them and reports a list's mask as the
 * group's permissions, so a file with the same mode would let the group in. getfacl(1) and setfacl(1) copy them if the
 * host has these: one command per folder, and one per file if the folder has lists.
 */
export class AccessLists {
  readonly #commands: Commands
  readonly #folders = new Map<string, Folder>()

  constructor(commands: Commands) {
    this.#commands = commands
  }

  /** Gives a new file the list of the file that it will replace; if the host refuses, the group gets no permissions. */
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
    // If checking a folder takes too long, its files are checked one by one.
    const found = await this.#run(sh`command -v getfacl >/dev/null 2>&1 && command -v setfacl >/dev/null 2>&1 || exit 0
find ${folder}/. -maxdepth 1 '(' -type f -o -name . ')' -exec getfacl -spn -- '{}' + 2>/dev/null | head -c 1`)
    return found === null || found.length > 0
  }

  /** Returns the output of a command, or null if it didn't finish. */
  async #run(script: Parameters<Commands['run']>[0]): Promise<Uint8Array | null> {
    try {
      return (await this.#commands.run(script, { timeoutMs: commandMs })).output
    } catch (error) {
      // A lost connection is reported by the next file request.
      if (error instanceof AppError) return null
      throw error
    }
  }
}
