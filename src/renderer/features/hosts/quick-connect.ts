import { splitShellWords } from '../../../shared/base/shell-words.ts'
import { parseSshCommand } from '../../../shared/base/ssh-command.ts'
import { parseSshUrl } from '../../../shared/base/ssh-url.ts'
import { wrongHop, type Hop, type Target } from '../../../shared/contract/targets.ts'

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
  const hop = parseSshUrl(text)
  return hop ? build({ hop, jumps: [], keyFile: null }) : { kind: 'wrong', message: 'This is not an ssh:// address.' }
}

function fromCommand(line: string): QuickConnect {
  const parsed = parseSshCommand(line)
  if (!parsed.ok) return { kind: 'wrong', message: parsed.message }
  const { destination, jumps, keyFile } = parsed.command
  return build({ hop: destination, jumps, keyFile })
}

function build({ hop, jumps, keyFile }: { hop: Hop; jumps: readonly Hop[]; keyFile: string | null }): QuickConnect {
  for (const each of [...jumps, hop]) {
    const message = wrongHop(each)
    if (message !== null) return { kind: 'wrong', message }
  }
  if (jumps.length > 8) return { kind: 'wrong', message: 'At most 8 jump hosts can be typed.' }
  return { kind: 'address', target: { kind: 'address', ...hop, jumps: [...jumps], keyFile } }
}
