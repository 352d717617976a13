import { AppError } from '../../shared/base/errors.ts'
import { nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { withoutGroup } from '../files/attributes.ts'
import { inPrivateFolder } from '../files/private-folder.ts'
import { joined, sh, type Script } from '../ssh/script.ts'
import { changed, rightsOf, sameFile, type CopyFileOptions } from './copy-options.ts'

const longestMs = 43_200_000

/** If both are on one host, copies to the part file on the host. Returns false if the host can't. */
export async function copyInside(options: CopyFileOptions, part: string): Promise<boolean> {
  const { source, target, from, signal, info, onBytes } = options
  if (!target.commands || options.append) return false
  const before = await source.info(from)
  const copy = copyScript(options, part, before)
  const result = await target.commands.run(copy, { signal, timeoutMs: longestMs }).catch(unlessRefused)
  if (!result) return false
  const { code, errors } = result
  if (code !== 0) {
    if (/no space|quota/i.test(errors))
      throw new AppError(
        'no-space',
        `The disk on ${target.label} is full, so ${shortName(nameOf(from))} was not copied.`,
      )
    return false
  }
  const [after, made] = await Promise.all([source.info(from), target.info(part)])
  // A file that claims to be empty but isn't is read to its end instead.
  if (info.size === 0 && made?.size !== 0) return false
  if (!before || !after || !sameFile(before, after) || made?.size !== after.size) throw changed(from)
  onBytes(info.size)
  return true
}

/**
 * Copies in a folder that others can't enter, and moves the copy to the part's name, where someone may have planted a
 * link. Mode, time and owner are set before the move: by name they might be set on the target of such a link. Without a
 * mode to keep, cp(1) applies the source's mode with the umask.
 */
function copyScript(options: CopyFileOptions, part: string, now: FileInfo | null): Script {
  const { from, standing } = options
  const name = nameOf(part)
  const made = `./${name}`
  const { mode, owner } = rightsOf(options, now ?? options.info).change
  const set = [sh`touch -r ${from} ${made} 2>/dev/null`]
  const full = mode === undefined ? null : mode.toString(8)
  if (owner) set.push(sh`chown ${`${owner.uid}:${owner.gid}`} ${made} 2>/dev/null`)
  if (full !== null) set.push(sh`chmod ${full} ${made} 2>/dev/null`)
  if (owner && full !== null && mode !== undefined && standing) {
    const group = String(owner.gid)
    const closed = withoutGroup(mode).toString(8)
    set.push(sh`chgrp ${group} ${made} 2>/dev/null || chmod ${closed} ${made} 2>/dev/null`)
  }
  const make = sh`cp -- ${from} ${made} && { ${joined([...set, sh`true`], '\n')}
}`
  return inPrivateFolder({ folder: parentOf(part), name, make, replace: true })
}

// A host may offer files but no commands.
function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'server-refused') return null
  throw error
}
