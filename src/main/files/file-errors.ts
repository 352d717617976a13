import { AppError, type ErrorCode } from '../../shared/base/errors.ts'
import { nameOf } from '../../shared/base/paths.ts'
import { shortName } from '../../shared/base/shown-name.ts'
import { statusCode } from '../sftp/codec.ts'
import { SftpStatusError } from '../sftp/sftp-status-error.ts'

/** The kind of failure of one file, without its name and place. */
export type FileFailure = Extract<
  ErrorCode,
  | 'not-found'
  | 'no-permission'
  | 'exists'
  | 'not-a-folder'
  | 'is-a-folder'
  | 'not-empty'
  | 'no-space'
  | 'read-only'
  | 'name-refused'
  | 'link-loop'
  | 'unsupported'
  | 'files-failed'
>

/** True if the side reported that it can't do something with a file; false for a lost connection, an abort or a bug. */
export function isFileFailure(error: unknown): error is AppError {
  return error instanceof AppError && fileFailures.has(error.code)
}

/** The error for a failure: it names the file, the cause and the next step. */
export function fileError(failure: FileFailure, { path, where, cause }: FailedFile): AppError {
  const name = shortName(nameOf(path) || path)
  return new AppError(failure, sentence(failure, name, where), { cause })
}

export interface FailedFile {
  readonly path: string
  /** The side, for messages. */
  readonly where: string
  readonly cause?: unknown
  /** The server's own message, if any. */
  readonly said?: string
}

function sentence(failure: FileFailure, name: string, where: string): string {
  switch (failure) {
    case 'not-found':
      return `${name} no longer exists on ${where}. Refresh the folder and try again.`
    case 'no-permission':
      return `Permission denied for ${name} on ${where}. Change its permissions, or use another user.`
    case 'exists':
      return `${name} already exists on ${where}. Choose another name.`
    case 'not-a-folder':
      return `${name} on ${where} is not a folder.`
    case 'is-a-folder':
      return `${name} on ${where} is a folder, but a file is needed here.`
    case 'not-empty':
      return `${name} on ${where} is not empty.`
    case 'no-space':
      return `${name} can’t be written: the disk or quota on ${where} is full. Free some space, then resume.`
    case 'read-only':
      return `${name} on ${where} is on a read-only file system.`
    case 'name-refused':
      return `${name} is not a valid file name on ${where}. Rename it and try again.`
    case 'link-loop':
      return `${name} on ${where} is a symbolic link that leads back to itself.`
    case 'unsupported':
      return `The server on ${where} doesn’t support this operation on ${name}.`
    case 'files-failed':
      return `The operation on ${name} failed on ${where}, and the server gave no reason.`
  }
}

const fileFailures: ReadonlySet<string> = new Set<FileFailure>([
  'not-found',
  'no-permission',
  'exists',
  'not-a-folder',
  'is-a-folder',
  'not-empty',
  'no-space',
  'read-only',
  'name-refused',
  'link-loop',
  'unsupported',
  'files-failed',
])

const fromErrno: Readonly<Record<string, FileFailure>> = {
  ENOENT: 'not-found',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  EEXIST: 'exists',
  ENOTDIR: 'not-a-folder',
  EISDIR: 'is-a-folder',
  ENOTEMPTY: 'not-empty',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EFBIG: 'no-space',
  EROFS: 'read-only',
  ENAMETOOLONG: 'name-refused',
  EINVAL: 'name-refused',
  EILSEQ: 'name-refused',
  ELOOP: 'link-loop',
  ENOTSUP: 'unsupported',
  EOPNOTSUPP: 'unsupported',
}

/** Translates Node's errors about a file. */
export function fromNode(error: unknown, path: string, where: string): AppError {
  if (error instanceof AppError) return error
  const { code, message } = error as NodeJS.ErrnoException
  const failure = fromErrno[code ?? '']
  if (failure) return fileError(failure, { path, where, cause: error })
  const name = shortName(nameOf(path) || path)
  return new AppError('files-failed', `The operation on ${name} failed on ${where}: ${code ?? message}.`, {
    cause: error,
  })
}

const fromStatus: Readonly<Record<number, FileFailure>> = {
  [statusCode.noSuchFile]: 'not-found',
  [statusCode.permissionDenied]: 'no-permission',
  [statusCode.unsupported]: 'unsupported',
  [statusCode.fileAlreadyExists]: 'exists',
  [statusCode.writeProtect]: 'read-only',
  [statusCode.noSpace]: 'no-space',
  [statusCode.quotaExceeded]: 'no-space',
  [statusCode.dirNotEmpty]: 'not-empty',
  [statusCode.notADirectory]: 'not-a-folder',
  [statusCode.invalidFilename]: 'name-refused',
  [statusCode.linkLoop]: 'link-loop',
}

/** Translates an SFTP status; null for a bare "Failure", whose cause must be investigated. */
export function fromServer(error: unknown, path: string, where: string): AppError | null {
  if (!(error instanceof SftpStatusError)) throw error
  const failure = fromStatus[error.status]
  if (failure) return fileError(failure, { path, where, cause: error })
  // OpenSSH reports everything else this way, without details.
  const bare = /^(failure|bad message|status \d+)?$/i.test(error.message)
  if ((error.status === statusCode.failure || error.status === statusCode.badMessage) && bare) return null
  const name = shortName(nameOf(path) || path)
  return new AppError('files-failed', `The operation on ${name} failed on ${where}: “${error.message}”.`, {
    cause: error,
  })
}

/** The error for something that is neither a file nor a folder. */
export function notAFile(path: string, where: string): AppError {
  const text = `${shortName(nameOf(path))} on ${where} is a device, pipe or socket, which can’t be copied.`
  return new AppError('unsupported', text)
}

/** The error for a file with an impossible size. */
export function sizeUnknown(path: string, where: string): AppError {
  const text = `${where} reports an impossible size for ${shortName(nameOf(path))}, so it was not copied. Copy it in a terminal.`
  return new AppError('unsupported', text)
}
