import { encodeName } from '../sftp/byte-names.ts'

/** A path as Node takes it: bytes where the name is no UTF-8. */
export function native(path: string): string | Buffer {
  if (process.platform === 'win32') return path
  return /\p{Cs}/u.test(path) ? encodeName(path) : path
}

/** A path of the system with `/` between its names. */
export function toPath(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path
}
