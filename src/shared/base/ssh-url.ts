import type { Destination } from './destination.ts'

/**
 * Reads `ssh://[user@]host[:port][/...]` or `sftp://` (draft-ietf-secsh-scp-sftp-ssh-uri); undefined when it is none.
 * Options and a password in the user part are left out. The names are taken as they stand: check them.
 */
export function parseSshUrl(text: string): Destination | undefined {
  const match =
    /^(?:ssh|sftp):\/\/(?:([^/;]*)(?:;[a-z][\w-]*=[\w.:+%,-]*)?@)?(\[[^\]]+\]|[^:/?#@]+)(?::(\d{1,5}))?(?:[/?#].*)?$/is.exec(
      text,
    )
  if (!match) return undefined
  const [, userPart, host = '', port] = match
  const user = safeDecode((userPart ?? '').split(':')[0] ?? '')
  return {
    user: user === '' ? null : user,
    address: host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? null : Number(port),
  }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
