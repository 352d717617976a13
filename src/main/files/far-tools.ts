import { createHash } from 'node:crypto'

import { cancelled } from '../../shared/base/abort.ts'
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
const maxFound = 1_000

/**
 * Returns the checksum of a file in hexadecimal: computed on the host if it has a program for that,
 * otherwise by reading the file.
 */
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
      if (signal.aborted) throw cancelled()
      while (ahead.length < 16) ahead.push(file.read(offset + ahead.length * chunk, chunk))
      const data = await (ahead.shift() as Promise<Uint8Array>)
      hash.update(data)
      offset += data.length
      if (data.length === 0) return hash.digest('hex')
      // After a short read, the data requested ahead is at the wrong offset.
      if (data.length < chunk) ahead.splice(0).forEach(read => void read.catch(() => {}))
    }
  } finally {
    await file.close().catch(() => {})
  }
}

/** Finds up to 1,000 paths below a folder whose name contains `text`, ignoring case. */
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
    if (result && result.output.length > 0) return splitAtNul(result.output).slice(0, maxFound)
  }
  const found: string[] = []
  const wanted = text.toLowerCase()
  await walk(files, [folder], {
    signal,
    onFound: ({ path, below }) => {
      const name = below.at(-1)
      if (name?.toLowerCase().includes(wanted) === true && found.length < maxFound) found.push(path)
    },
    onFailed: () => {},
  })
  return found
}

/**
 * Packs files of one folder into an archive beside them. Its extension determines the format: .zip, or one of tar's.
 */
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

// Archives go to standard output: tar treats a colon in a name as another host, and zip would add its own extension.
function tarOf(names: readonly string[], flag: string): Script {
  // GNU tar interprets backslashes in names as escapes, and only GNU tar has an option against that.
  const plain = names.some(name => name.includes('\\'))
    ? sh`plain=; tar --version 2>/dev/null | grep -q GNU && plain=--no-unquote; `
    : sh`plain=; `
  if (inBatches(names).length === 1) return sh`${plain}tar ${`-c${flag}f`} - -C .. $plain ${names}`
  return sh`${plain}printf '%s\\0' ${names} | tar ${`-c${flag}f`} - -C .. $plain --null -T -`
}

function zipOf(names: readonly string[]): Script {
  if (inBatches(names).length === 1) return sh`( cd .. && zip -qry - ${names} )`
  // zip reads names line by line and trims trailing whitespace.
  const odd = names.find(name => /[\r\n]|\s$/.test(name))
  if (odd !== undefined)
    throw new AppError(
      'invalid-input',
      `A .zip of this many files can’t include ${shortName(nameOf(odd))}. Compress the folder they are in, or choose .tar.gz.`,
    )
  return sh`( cd .. && printf '%s\\n' ${names} | zip -qry - -@ )`
}

/** Extracts an archive into a new folder beside it with the same base name. Resolves to the folder. */
export async function extract(files: FileSystem, archive: string, signal: AbortSignal): Promise<string> {
  const commands = commandsOf(files, archive)
  const bare = nameOf(archive).replace(/(\.tar)?\.[a-z0-9]+$/i, '')
  const name = isSafeName(bare) ? bare : `${nameOf(archive)} extracted`
  const folder = joinPath(parentOf(archive), name)
  if (await files.info(folder)) throw fileError('exists', { path: folder, where: files.label })
  const to = `./${name}`
  // unzip treats the name of its archive as a pattern.
  const link = name === 'archive' ? './zip' : './archive'
  const unpack = /\.zip$/i.test(archive)
    ? sh`ln -s -- ${archive} ${link} && unzip -q ${link} -d ${to}`
    : sh`tar ${`-x${tarFlag(archive)}f`} ${archive} -C ${to}`
  const make = sh`mkdir ${to} && ${unpack}`
  const command = inPrivateFolder({ folder: parentOf(archive), name, make, replace: false })
  await finished(await commands.run(command, { signal, timeoutMs: longMs }), files, { path: archive, made: folder })
  return folder
}

/** Changes the owner of files to `user` or `user:group`, by name or number. */
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
    throw new AppError('invalid-input', `${shortName(owner)} is not a valid owner. Enter a user or user:group.`)
  const commands = commandsOf(files, paths[0] as string)
  const flags = within ? ['-h', '-R'] : ['-h']
  const results: [CommandResult, string][] = []
  // Like a single chown: a file that can't be changed doesn't stop the others.
  for (const batch of inBatches(paths)) {
    const result = await commands.run(sh`chown ${flags} ${owner} ${batch}`, { signal, timeoutMs: longMs })
    results.push([result, batch[0] as string])
  }
  for (const [result, path] of results) explain(result, files, path)
}

// A host may offer files but no commands; the work is then done without them.
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

/** Throws the reason why a command created nothing; `exists` if the name was taken in the meantime. */
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
    throw new AppError(
      'unsupported',
      `A program needed for this is missing on ${files.label}: ${said || 'command not found'}.`,
    )
  throw new AppError(
    'files-failed',
    `The command for ${shortName(nameOf(path))} failed on ${files.label}: ${said || `exit code ${code}`}`,
  )
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
