import { z } from 'zod'

/** Every failure the user can meet has a code; messages are for people, codes are for `switch`. */
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
  // the server's terms
  'no-common-algorithm',
  'too-many-connections',
  'penalty',
  'server-refused',
  // trust and sign-in
  'host-key-rejected',
  'auth-failed',
  'needs-answer',
  'key-unusable',
  // ports
  'port-taken',
  // files, here and there
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
  // our own stores
  'vault-locked',
  'vault-wrong-password',
  'no-keychain',
  'read-only',
  'disk',
])
export type ErrorCode = z.infer<typeof errorCode>

/** A failure that is expected and shown; anything else that is thrown is a bug. */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
  }
}

/** The part of an error that survives structured clone across the IPC boundary. */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
}

/** What a call answers over the wire: never a rejected promise, whose text Electron would mangle. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError }

/** Flattens any thrown value; a bug's own text stays in the log. */
export function toWireError(cause: unknown): WireError {
  if (cause instanceof AppError) return { code: cause.code, message: cause.message }
  return { code: 'internal', message: 'An internal error occurred. See the log for details.' }
}

/** The sentence to show for any thrown value. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
