import { createHash } from 'node:crypto'

import { AppError } from '../../shared/base/errors.ts'
import { isSafeName, joinPath, nameOf, parentOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import { decodeName } from '../sftp/byte-names.ts'
import { shellWord, type CommandResult } from '../ssh/run-command.ts'
import { fileError } from './file-errors.ts'
import type { Commands, FileSystem } from './file-system.ts'
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
  const { commands } = files
  if (commands) {
    const file = shellWord(path)
    const bits = kind === 'sha1' ? '1' : '256'
    const tries = [
      `${kind}sum < ${file}`,
      ...(kind === 'md5' ? [`md5 -q ${file}`] : [`shasum -a ${bits} < ${file}`]),
      `openssl dgst -${kind} < ${file}`,
    ]
    const command = tries.map(each => `${each} 2>/dev/null`).join(' || ')
    const result = await commands.run(command, { signal, timeoutMs: longMs }).catch(unlessRefused)
    const found = /\b[0-9a-f]{32,64}\b/.exec(result?.output.toString('latin1') ?? '')?.[0]
    if (result?.code === 0 && found !== undefined) return found
  }
  return readChecksum(files, { path, kind }, signal)
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
    const command = `find ${shellWord(folder)} -mindepth 1 -iname ${shellWord(pattern)} -print0 2>/dev/null | head -c 1000000`
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
  const names = paths.map(path => shellWord(`./${nameOf(path)}`)).join(' ')
  const part = shellWord(`./.${nameOf(archive)}.hawser-part${/\.[a-z0-9.]+$/i.exec(archive)?.[0] ?? ''}`)
  const final = shellWord(`./${nameOf(archive)}`)
  const pack = archive.endsWith('.zip') ? `zip -qry ${part} ${names}` : `tar -c${tarFlag(archive)}f ${part} ${names}`
  // Under its own name only once it is whole.
  const command = `cd ${shellWord(folder)} && { ${pack} && mv -n ${part} ${final} || { rm -f ${part}; exit 1; }; }`
  explain(await commands.run(command, { signal, timeoutMs: longMs }), files, archive)
}

/** Unpacks an archive into a new folder beside it, named like it. Answers the folder. */
export async function extract(files: FileSystem, archive: string, signal: AbortSignal): Promise<string> {
  const commands = commandsOf(files, archive)
  const name = nameOf(archive).replace(/(\.tar)?\.[a-z0-9]+$/i, '')
  const folder = joinPath(parentOf(archive), isSafeName(name) ? name : `${nameOf(archive)} extracted`)
  if (await files.info(folder)) throw fileError('exists', { path: folder, where: files.label })
  const [from, to] = [shellWord(archive), shellWord(folder)]
  const unpack = /\.zip$/i.test(archive) ? `unzip -q ${from} -d ${to}` : `tar -x${tarFlag(archive)}f ${from} -C ${to}`
  const command = `mkdir ${to} && { ${unpack} || { rm -rf ${to}; exit 1; }; }`
  explain(await commands.run(command, { signal, timeoutMs: longMs }), files, archive)
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
  const first = paths[0] as string
  const command = `chown -h ${within ? '-R ' : ''}${shellWord(owner)} ${paths.map(shellWord).join(' ')}`
  explain(await commandsOf(files, first).run(command, { signal, timeoutMs: longMs }), files, first)
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
