import { createHash } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { isSafeName, joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import { decodeName } from '../sftp/byte-names.ts'
import type { CommandResult } from '../ssh/run-command.ts'
import { inBatches, joined, sh, type Script } from '../ssh/script.ts'
import { fileError } from './file-errors.ts'
import type { Commands, FileSystem } from './file-system.ts'
import { inPrivateFolder } from './private-folder.ts'
import { refuseSpecial } from './special-files.ts'
import { walk } from './walk.ts'

export type ChecksumKind = 'sha256' | 'sha1' | 'md5'

const longMs = 3_600_000
const mostFound = 1_000

/** The checksum of a file in hexadecimal: computed over there where there is a program for it, else by reading it. */
export async function checksum(
  files: FileSystem,
  { path, kind }: { path: string; kind: ChecksumKind },
  signal: AbortSignal,
): Promise<string> {
  await refuseSpecial(files, path)
  const { commands } = files
  if (commands) {
    const command = joined(checksumTries(path, kind), ' || ')
    const result = await commands.run(command, { signal, timeoutMs: longMs }).catch(unlessRefused)
    const found = /\b[0-9a-f]{32,64}\b/.exec(result?.output.toString('latin1') ?? '')?.[0]
    if (result?.code === 0 && found !== undefined) return found
  }
  return readChecksum(files, { path, kind }, signal)
}

function checksumTries(path: string, kind: ChecksumKind): readonly Script[] {
  const bits = kind === 'sha1' ? 1 : 256
  return [
    sh`${`${kind}sum`} < ${path} 2>/dev/null`,
    kind === 'md5' ? sh`md5 -q ${path} 2>/dev/null` : sh`shasum -a ${bits} < ${path} 2>/dev/null`,
    sh`openssl dgst ${`-${kind}`} < ${path} 2>/dev/null`,
  ]
}

async function readChecksum(
  files: FileSystem,
  { path, kind }: { path: string; kind: ChecksumKind },
  signal: AbortSignal,
): Promise<string> {
  const file = await files.open(path)
  try {
    const hash = createHash(kind)
    const ahead: Promise<Uint8Array>[] = []
    const { chunk } = files.pace
    for (let offset = 0; ;) {
      if (signal.aborted) throw new AppError('cancelled', 'Cancelled')
      while (ahead.length < 16) ahead.push(file.read(offset + ahead.length * chunk, chunk))
      const data = await (ahead.shift() as Promise<Uint8Array>)
      hash.update(data)
      offset += data.length
      if (data.length === 0) return hash.digest('hex')
      // A short read: what was asked ahead stands at the wrong place.
      if (data.length < chunk) ahead.splice(0).forEach(read => void read.catch(() => {}))
    }
  } finally {
    await file.close().catch(() => {})
  }
}

/** Paths below a folder whose name holds `text`, in any case; at most 1,000. */
export async function findByName(
  files: FileSystem,
  { folder, text }: { folder: string; text: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { commands } = files
  if (commands) {
    const pattern = `*${text.replace(/[\\*?[\]]/g, '\\$&')}*`
    const command = sh`find ${folder} -mindepth 1 -iname ${pattern} -print0 2>/dev/null | head -c 1000000`
    const result = await commands.run(command, { signal }).catch(unlessRefused)
    if (result && result.output.length > 0) return splitAtNul(result.output).slice(0, mostFound)
  }
  const found: string[] = []
  const wanted = text.toLowerCase()
  await walk(files, [folder], {
    signal,
    onFound: ({ path, below }) => {
      const name = below.at(-1)
      if (name?.toLowerCase().includes(wanted) === true && found.length < mostFound) found.push(path)
    },
    onFailed: () => {},
  })
  return found
}

/** Packs files of one folder into an archive beside them; its ending decides: .zip, or a tar by any of its endings. */
export async function compress(
  files: FileSystem,
  { paths, archive }: { paths: readonly string[]; archive: string },
  signal: AbortSignal,
): Promise<void> {
  const commands = commandsOf(files, archive)
  const folder = parentOf(archive)
  if (await files.info(archive)) throw fileError('exists', { path: archive, where: files.label })
  const name = nameOf(archive)
  const names = paths.map(path => `./${nameOf(path)}`)
  const packed = /\.zip$/i.test(archive) ? zipOf(names) : tarOf(names, tarFlag(archive))
  const make = sh`{ ${packed}; } > ${`./${name}`}`
  const command = inPrivateFolder({ folder, name, make, replace: false })
  await finished(await commands.run(command, { signal, timeoutMs: longMs }), files, { path: archive, made: archive })
}

// Archives go to standard output: a name with a colon is another host to tar, and zip would put its own ending on it.
function tarOf(names: readonly string[], flag: string): Script {
  // GNU tar takes a backslash in a name for the begin of an escape, and only it can be told not to.
  const plain = names.some(name => name.includes('\\'))
    ? sh`plain=; tar --version 2>/dev/null | grep -q GNU && plain=--no-unquote; `
    : sh`plain=; `
  if (inBatches(names).length === 1) return sh`${plain}tar ${`-c${flag}f`} - -C .. $plain ${names}`
  return sh`${plain}printf '%s\\0' ${names} | tar ${`-c${flag}f`} - -C .. $plain --null -T -`
}

function zipOf(names: readonly string[]): Script {
  if (inBatches(names).length === 1) return sh`( cd .. && zip -qry - ${names} )`
  // zip takes names by lines and without the blanks at their ends.
  const odd = names.find(name => /[\r\n]|\s$/.test(name))
  if (odd !== undefined)
    throw new AppError(
      'invalid-input',
      `${shortName(nameOf(odd))} can’t be one of so many files in a .zip. Compress the folder they are in, or choose .tar.gz.`,
    )
  return sh`( cd .. && printf '%s\\n' ${names} | zip -qry - -@ )`
}

/** Unpacks an archive into a new folder beside it, named like it. Answers the folder. */
export async function extract(files: FileSystem, archive: string, signal: AbortSignal): Promise<string> {
  const commands = commandsOf(files, archive)
  const bare = nameOf(archive).replace(/(\.tar)?\.[a-z0-9]+$/i, '')
  const name = isSafeName(bare) ? bare : `${nameOf(archive)} extracted`
  const folder = joinPath(parentOf(archive), name)
  if (await files.info(folder)) throw fileError('exists', { path: folder, where: files.label })
  const to = `./${name}`
  // unzip reads the name of its archive as a pattern.
  const link = name === 'archive' ? './zip' : './archive'
  const unpack = /\.zip$/i.test(archive)
    ? sh`ln -s -- ${archive} ${link} && unzip -q ${link} -d ${to}`
    : sh`tar ${`-x${tarFlag(archive)}f`} ${archive} -C ${to}`
  const make = sh`mkdir ${to} && ${unpack}`
  const command = inPrivateFolder({ folder: parentOf(archive), name, make, replace: false })
  await finished(await commands.run(command, { signal, timeoutMs: longMs }), files, { path: archive, made: folder })
  return folder
}

/** Gives files to another user, `user` or `user:group`, by name or number. */
export async function setOwner(
  files: FileSystem,
  { paths, owner, within }: { paths: readonly string[]; owner: string; within: boolean },
  signal: AbortSignal,
): Promise<void> {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(owner) ?? []
  if (uid !== undefined && gid !== undefined && !within && !files.commands) {
    for (const path of paths) {
      const info = await files.info(path)
      if (info?.kind === 'link') throw fileError('unsupported', { path, where: files.label })
      await files.change(path, { owner: { uid: Number(uid), gid: Number(gid) } })
    }
    return
  }
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_.@-]*(:[A-Za-z0-9_.][A-Za-z0-9_.@-]*)?$/.test(owner))
    throw new AppError('invalid-input', `${shortName(owner)} is not a user or user:group.`)
  const commands = commandsOf(files, paths[0] as string)
  const flags = within ? ['-h', '-R'] : ['-h']
  const results: [CommandResult, string][] = []
  // Like one chown of all of them: a file that can't be given away doesn't keep the others.
  for (const batch of inBatches(paths)) {
    const result = await commands.run(sh`chown ${flags} ${owner} ${batch}`, { signal, timeoutMs: longMs })
    results.push([result, batch[0] as string])
  }
  for (const [result, path] of results) explain(result, files, path)
}

// A host may give files and run no commands: it is done without them then.
function unlessRefused(error: unknown): null {
  if (error instanceof AppError && error.code === 'server-refused') return null
  throw error
}

function tarFlag(archive: string): string {
  if (/\.(tgz|tar\.gz)$/i.test(archive)) return 'z'
  if (/\.(tbz2?|tar\.bz2)$/i.test(archive)) return 'j'
  return /\.(txz|tar\.xz)$/i.test(archive) ? 'J' : ''
}

function commandsOf(files: FileSystem, path: string): Commands {
  if (files.commands) return files.commands
  throw fileError('unsupported', { path, where: files.label })
}

/** Throws why a command made nothing; `exists` when another took the name meanwhile. */
async function finished(
  result: CommandResult,
  files: FileSystem,
  { path, made }: { readonly path: string; readonly made: string },
): Promise<void> {
  if (result.code !== 0 && result.errors === '' && (await files.info(made)))
    throw fileError('exists', { path: made, where: files.label })
  explain(result, files, path)
}

function explain({ code, errors }: CommandResult, files: FileSystem, path: string): void {
  if (code === 0) return
  const said = errors.split('\n')[0] ?? ''
  if (/permission denied|not permitted/i.test(said)) throw fileError('no-permission', { path, where: files.label })
  if (/no space|quota/i.test(said)) throw fileError('no-space', { path, where: files.label })
  if (code === 127 || /not found/i.test(said))
    throw new AppError('unsupported', `${files.label} has no program for this: ${said || 'it was not found'}.`)
  throw new AppError('files-failed', `${files.label} failed with ${shortName(nameOf(path))}: ${said || `code ${code}`}`)
}

function splitAtNul(output: Buffer): readonly string[] {
  const names: string[] = []
  for (let start = 0; ;) {
    const end = output.indexOf(0, start)
    if (end < 0) return names
    names.push(decodeName(output.subarray(start, end)))
    start = end + 1
  }
}
