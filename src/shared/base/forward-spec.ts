/** One end of a forward in the syntax of ssh(1): `[address:]port`, or the path of a Unix socket. */
export type SpecEnd =
  | { readonly kind: 'tcp'; readonly address: string | null; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** `-L`, `-R` or `-D` with its argument. */
export interface ForwardSpec {
  readonly kind: 'local' | 'remote' | 'dynamic'
  readonly listen: SpecEnd
  /** Null for a dynamic forward, including a remote one without a destination. */
  readonly to: SpecEnd | null
}

const flags = { L: 'local', R: 'remote', D: 'dynamic' } as const
const letters = { local: 'L', remote: 'R', dynamic: 'D' } as const

/**
 * Parses the `-L`, `-R` and `-D` options of a command line (ssh(1)), such as `ssh -NL 8000:localhost:8089 host`, in
 * order. A lone `8000:localhost:8089` is treated as `-L`. Unreadable parts are ignored.
 */
export function parseForwardSpecs(text: string): readonly ForwardSpec[] {
  const words = text.trim().split(/\s+/).filter(Boolean)
  const found: ForwardSpec[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string
    const flag = /^-[A-Za-z]*?([LRD])(.*)$/.exec(word)
    if (!flag) continue
    const value = flag[2] === '' ? words[++at] : flag[2]
    const spec = parseForwardSpec(flags[flag[1] as keyof typeof flags], unquoted(value ?? ''))
    if (spec) found.push(spec)
  }
  if (found.length > 0 || words.length !== 1) return found
  const lone = parseForwardSpec('local', unquoted(words[0] as string))
  return lone ? [lone] : []
}

/** Parses the argument of one flag; null if ssh would not accept it. */
export function parseForwardSpec(kind: ForwardSpec['kind'], text: string): ForwardSpec | null {
  const fields = split(text)
  if (!fields) return null
  if (kind === 'dynamic') {
    const listen = takeListen(fields)
    return listen?.kind === 'tcp' && fields.length === 0 ? { kind, listen, to: null } : null
  }
  const listen = takeListen(fields)
  if (!listen) return null
  if (fields.length === 0) return kind === 'remote' ? { kind, listen, to: null } : null
  const to = takeTarget(fields)
  return to && fields.length === 0 ? { kind, listen, to } : null
}

/** Prints the flag and its argument for ssh. */
export function printForwardSpec({ kind, listen, to }: ForwardSpec): string {
  const end =
    to === null ? '' : `:${to.kind === 'unix' ? to.path : `${bracketed(to.address ?? 'localhost')}:${to.port}`}`
  const at =
    listen.kind === 'unix'
      ? listen.path
      : `${listen.address === null ? '' : `${bracketed(listen.address)}:`}${listen.port}`
  return `-${letters[kind]} ${at}${end}`
}

/** Splits fields at colons; brackets enclose IPv6 addresses. Null if a bracket isn't closed. */
function split(text: string): string[] | null {
  const fields: string[] = []
  let field = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string
    if (letter === '[' && field === '') {
      const end = text.indexOf(']', at)
      if (end < 0) return null
      field = text.slice(at, end + 1)
      at = end
    } else if (letter === ':') {
      fields.push(field)
      field = ''
    } else field += letter
  }
  fields.push(field)
  return fields
}

function takeListen(fields: string[]): SpecEnd | null {
  const [first = ''] = fields
  if (first.startsWith('/')) return { kind: 'unix', path: fields.shift() as string }
  const alone = toPort(first)
  // `8000:host:80` and `8000:/path` start with the port, `bind:8000:...` with the address.
  if (alone !== null && toPort(fields[1] ?? '') === null) {
    fields.shift()
    return { kind: 'tcp', address: null, port: alone }
  }
  const [bind = '', portText = ''] = fields
  const port = toPort(portText)
  if (port === null) return null
  fields.splice(0, 2)
  // An empty bind address and * both mean every interface.
  const address = bind === '' ? '*' : toAddress(bind)
  return address === null ? null : { kind: 'tcp', address, port }
}

function takeTarget(fields: string[]): SpecEnd | null {
  if (fields[0]?.startsWith('/') === true) return { kind: 'unix', path: fields.splice(0).join(':') }
  const [name = '', portText = ''] = fields
  const [address, port] = [toAddress(name), toPort(portText)]
  if (address === null || port === null || port === 0) return null
  fields.splice(0, 2)
  return { kind: 'tcp', address, port }
}

function toAddress(text: string): string | null {
  const plain = /^\[(.*)\]$/.exec(text)?.[1] ?? text
  return plain === '*' || /^[A-Za-z0-9._:%-]+$/.test(plain) ? plain : null
}

function toPort(text: string): number | null {
  if (!/^\d{1,5}$/.test(text)) return null
  const port = Number(text)
  return port <= 65_535 ? port : null
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

function unquoted(word: string): string {
  return word.replace(/^(['"])(.*)\1$/, '$2')
}
