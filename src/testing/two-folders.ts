import * as fs from 'node:fs'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import type { FileSystem } from '../main/files/file-system.ts'
import type { SftpFiles } from '../main/files/sftp-files.ts'
import { openSftpProgram } from './sftp-program.ts'
import { tempDir } from './temp-dir.ts'

/** Creates a source and a target folder that other users can enter. */
export function twoFolders(): { near: string; far: string } {
  const folder = tempDir()
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) fs.mkdirSync(path)
  for (const path of [folder, near, far]) fs.chmodSync(path, 0o755)
  return { near, far }
}

/** OpenSSH's sftp-server for one test. */
export async function programFiles(options: Parameters<typeof openSftpProgram>[0] = {}): Promise<SftpFiles> {
  const files = await openSftpProgram(options)
  onTestFinished(() => files.dispose())
  return files
}

/** Writes a file with exactly this mode. */
export function put(path: string, data: string | Buffer, mode = 0o644): void {
  fs.writeFileSync(path, data)
  fs.chmodSync(path, mode)
}

/** Returns a file's permission bits, including setuid, setgid and sticky. */
export const modeOf = (path: string): number => fs.statSync(path).mode & 0o7777
export const text = (path: string): string => fs.readFileSync(path, 'utf8')
/** Returns the files that Hawser left in a folder. */
export const leftIn = (path: string): string[] => fs.readdirSync(path).filter(name => name.includes('hawser'))

/** Returns the same files with some members replaced. */
export function altered(files: FileSystem, changes: Partial<FileSystem>): FileSystem {
  return new Proxy(files, {
    get: (target, name) => {
      if (name in changes) return changes[name as keyof FileSystem]
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Returns a side without modes and owners, like Windows; with `listed`, only its listings lack them. */
export function withoutModes(files: FileSystem, what: 'anywhere' | 'listed' = 'anywhere'): FileSystem {
  const bare = <T extends object>(info: T): T => ({ ...info, mode: null, uid: null, gid: null })
  const info: FileSystem['info'] = async (path, options) => {
    const found = await files.info(path, options)
    return found && bare(found)
  }
  const list: FileSystem['list'] = (path, options) =>
    files.list(path, { ...options, onEntries: entries => options.onEntries(entries.map(bare)) })
  return altered(files, what === 'listed' ? { list } : { list, info })
}
