import { splitShellWords } from '../../../shared/base/shell-words.ts'
import { parseSshCommand } from '../../../shared/base/ssh-command.ts'
import { address, port, userName } from '../../../shared/contract/hosts.ts'
import type { Hop, Target } from '../../../shared/contract/targets.ts'

/** What a typed line means: an address to connect to, or why it is none. */
export type QuickConnect =
  | { readonly kind: 'address'; readonly target: Extract<Target, { kind: 'address' }> }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly message: string }

/**
 * Reads `user@host`, `host -p 2222`, a whole `ssh ...` command line, or a `ssh://` address. A bare word is `nothing`
 * unless it looks like an address (a dot, a colon or an `@`), since it is more likely a search.
 */
export function parseQuickConnect(text: string): QuickConnect {
  const line = text.trim()
  if (line === '') return { kind: 'nothing' }
  if (/^(ssh|sftp):\/\//i.test(line)) return fromUrl(line)
  const words = splitShellWords(line)
  if (words === undefined) return { kind: 'wrong', message: 'A quotation mark is not closed.' }
  if (words[0] === 'ssh') return fromCommand(line)
  const looksLikeAddress =
    words.length > 1 ? words.some(word => word.startsWith('-')) || words[0]?.includes('@') === true : /[@.:]/.test(line)
  return looksLikeAddress ? fromCommand(line) : { kind: 'nothing' }
}

/** `user@address`, with the port where it is not 22. */
export function shownTarget(target: Extract<Target, { kind: 'address' }>): string {
  const host = target.port !== null && target.address.includes(':') ? `[${target.address}]` : target.address
  return `${target.user === null ? '' : `${target.user}@`}${host}${target.port === null || target.port === 22 ? '' : `:${target.port}`}`
}

function fromUrl(text: string): QuickConnect {
  // The user part may hold `;` options (draft-salowey-ssh-uri); they are left out.
  const match = /^(?:ssh|sftp):\/\/(?:([^@/;]*)(?:;[^@/]*)?@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d{1,5}))?(?:[/?#].*)?$/i.exec(
    text,
  )
  if (!match) return { kind: 'wrong', message: 'This is not an ssh:// address.' }
  const user = match[1] === undefined || match[1] === '' ? null : safeDecode(match[1].split(':')[0] ?? '')
  return build({
    hop: {
      user,
      address: (match[2] ?? '').replace(/^\[|\]$/g, ''),
      port: match[3] === undefined ? null : Number(match[3]),
    },
    jumps: [],
    keyFile: null,
  })
}

function fromCommand(line: string): QuickConnect {
  const parsed = parseSshCommand(line)
  if (!parsed.ok) return { kind: 'wrong', message: parsed.message }
  const { destination, jumps, keyFile } = parsed.command
  return build({ hop: destination, jumps, keyFile })
}

function build({ hop, jumps, keyFile }: { hop: Hop; jumps: readonly Hop[]; keyFile: string | null }): QuickConnect {
  for (const each of [...jumps, hop]) {
    if (!address.safeParse(each.address).success)
      return {
        kind: 'wrong',
        message: each.address === '' ? 'Type the host to connect to.' : `${each.address} is not an address.`,
      }
    if (each.port !== null && !port.safeParse(each.port).success)
      return { kind: 'wrong', message: 'A port is a number from 1 to 65535.' }
    if (each.user !== null && !userName.safeParse(each.user).success)
      return { kind: 'wrong', message: `“${each.user}” is not a user name.` }
  }
  if (jumps.length > 8) return { kind: 'wrong', message: 'At most 8 jump hosts can be typed.' }
  return { kind: 'address', target: { kind: 'address', ...hop, jumps: [...jumps], keyFile } }
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
