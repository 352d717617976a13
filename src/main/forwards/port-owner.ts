import { readdir, readFile, readlink } from 'node:fs/promises'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { parseProcNetTcp } from './port-scan.ts'

/** The program that listens on a port of this computer, such as `python3 (pid 812)`; null where the system does not tell. */
export async function processOnPort(port: number): Promise<string | null> {
  // Other systems tell only by running programs, which is more than an error message is worth.
  if (process.platform !== 'linux') return null
  try {
    const tables = await Promise.all(['tcp', 'tcp6'].map(name => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
    const inode = tables.flatMap(parseProcNetTcp).find(socket => socket.port === port)?.inode
    if (inode === undefined) return null
    for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
      if (!(await holds(pid, inode))) continue
      return `${cleanLine(await readFile(`/proc/${pid}/comm`, 'utf8'), 64)} (pid ${pid})`
    }
  } catch {
    // A process that ends while it is looked at, or that is somebody else's.
  }
  return null
}

async function holds(pid: string, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const files = await readdir(folder).catch(() => [])
  const links = await Promise.all(files.map(file => readlink(`${folder}/${file}`).catch(() => '')))
  return links.includes(`socket:[${inode}]`)
}
