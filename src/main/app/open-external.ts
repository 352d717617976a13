import { shell } from 'electron/common'

import { AppError } from '../../shared/base/errors.ts'
import { withoutAttachments } from './mail-address.ts'

const allowed = new Set(['http:', 'https:', 'mailto:'])

/**
 * Opens a URL in another program; only http, https and mailto are allowed. Errors: `invalid-input` for anything else.
 */
export async function openExternal(address: string): Promise<void> {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    throw new AppError('invalid-input', 'This is not a valid web address.')
  }
  if (!allowed.has(url.protocol)) throw new AppError('invalid-input', `Hawser doesn’t open ${url.protocol} addresses.`)
  await shell.openExternal(withoutAttachments(url).href)
}
