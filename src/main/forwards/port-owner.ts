import { readdir, readFile, readlink } from 'node:fs/promises'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { parseProcNetTcp } from './port-scan.ts'

/** The program that listens on a local port, such as `python3 (pid 812)`; null if the system doesn't reveal it. */
export async function processOnPort(port: number): Promise<string | null> {
  // Other systems need programs for this, which isn't worth it for an error message.
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
    // The process exited meanwhile or belongs to another user.
  }
  return null
}

async function holds(pid: string, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const files = await readdir(folder).catch(() => [])
  const links = await Promise.all(files.map(file => readlink(`${folder}/${file}`).catch(() => '')))
  return links.includes(`socket:[${inode}]`)
}
