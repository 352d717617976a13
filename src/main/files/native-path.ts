import { encodeName } from '../sftp/byte-names.ts'

/** Converts a path for Node: to bytes if the name is not valid UTF-8. */
export function native(path: string): string | Buffer {
  if (process.platform === 'win32') return path
  return /\p{Cs}/u.test(path) ? encodeName(path) : path
}

/** Converts a native path to one that uses `/`. */
export function toPath(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path
}
