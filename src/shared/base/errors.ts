import { z } from 'zod'

/** The code of a failure that users can meet. Messages are for users, codes are for `switch`. */
export const errorCode = z.enum([
  'invalid-input',
  'not-found',
  'cancelled',
  'internal',
  // reaching the server
  'refused',
  'unreachable',
  'name-not-found',
  'timed-out',
  'not-ssh',
  'lost',
  // negotiation with the server
  'no-common-algorithm',
  'too-many-connections',
  'penalty',
  'server-refused',
  // trust and authentication
  'host-key-rejected',
  'auth-failed',
  'needs-answer',
  'key-unusable',
  // ports
  'port-taken',
  // local and remote files
  'no-permission',
  'exists',
  'not-a-folder',
  'is-a-folder',
  'not-empty',
  'no-space',
  'name-refused',
  'link-loop',
  'unsupported',
  'changed',
  'files-failed',
  // Hawser's own stores
  'vault-locked',
  'vault-wrong-password',
  'no-keychain',
  'read-only',
  'disk',
])
export type ErrorCode = z.infer<typeof errorCode>

/** A line of the user's SSH config. */
export interface ConfigLine {
  readonly path: string
  readonly line: number
}

/** An expected failure that is shown to the user; any other thrown error is a bug. */
export class AppError extends Error {
  readonly code: ErrorCode
  /** The line to correct, if a line of the SSH config is the reason. */
  readonly configLine: ConfigLine | null

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { readonly configLine?: ConfigLine } = {}) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
    this.configLine = options.configLine ?? null
  }
}

/** The part of an error that survives structured clone across the IPC boundary. */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly configLine?: ConfigLine
}

/** The reply to a call over IPC: never a rejected promise, whose text Electron would mangle. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError }

/** Serializes any thrown value; the text of a bug stays in the log. */
export function toWireError(cause: unknown): WireError {
  if (cause instanceof AppError) {
    const { code, message, configLine } = cause
    return configLine ? { code, message, configLine } : { code, message }
  }
  return { code: 'internal', message: 'An internal error occurred. See the log for details.' }
}

/** The error that was serialized. */
export function fromWireError({ code, message, configLine }: WireError): AppError {
  return new AppError(code, message, configLine ? { configLine } : {})
}

/** Returns the sentence to show for any thrown value. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
