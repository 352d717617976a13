import { AppError } from '../../shared/base/errors.ts'
import type { Answer, Question, ShownKey } from '../../shared/contract/prompts.ts'
import type { PlannedHop } from './connection-plan.ts'
import { fingerprint, keyType, shownType } from './fingerprint.ts'
import type { TrustOptions } from './hop-options.ts'
import { knownHostsName } from './known-hosts.ts'
import type { KnownHostsChoice, KnownHostsFile } from './known-hosts-file.ts'

export interface HostKeyContext {
  readonly hop: PlannedHop
  /** The address that was dialed; null if a proxy or jump host dialed it. */
  readonly ip: string | null
  readonly knownHosts: KnownHostsFile
  readonly ask: (question: Question) => Promise<Answer | null>
  /** Reports the decision about a key to the Activity page. */
  readonly onDecision: (kind: 'trusted' | 'key-replaced', key: ShownKey) => void
}

/**
 * The name that the keys of a hop are stored under: its alias, or its address and port. Behind a jump host the route is
 * part of it, as in `address/via/jump:22`: host names can't contain slashes, and the same address behind another jump
 * host is a different machine.
 */
export function keyNameOf(hop: PlannedHop): string {
  const { alias } = hop.options.trust
  return alias ?? [plainNameOf(hop), ...hop.via.map(each => each.slice(each.lastIndexOf('@') + 1))].join('/via/')
}

/** The name that ssh stores the keys of a hop under, whatever the route. */
function plainNameOf({ address, port }: PlannedHop): string {
  return knownHostsName(address, port)
}

/** The types of the known keys of a hop, those under its own name first. */
export async function knownTypesOf(hop: PlannedHop, knownHosts: KnownHostsFile): Promise<readonly string[]> {
  const choice = choiceOf(hop.options.trust)
  const own = await knownHosts.knownTypes(keyNameOf(hop), choice)
  return own.length > 0 || !isBehind(hop) ? own : knownHosts.knownTypes(plainNameOf(hop), choice)
}

function isBehind({ via, options }: PlannedHop): boolean {
  return via.length > 0 && options.trust.alias === null
}

/** The files in which the keys of a hop are looked up and stored. */
export function choiceOf({ userFiles, globalFiles, hash }: TrustOptions): KnownHostsChoice {
  return { userFiles, globalFiles, hash }
}

/**
 * Verifies a server's host key: it is known, or the user trusts it. Errors: `host-key-rejected`. Nothing may be sent
 * before this resolves.
 */
export async function checkHostKey(key: Buffer, context: HostKeyContext): Promise<void> {
  const { hop, ip, knownHosts } = context
  const { trust } = hop.options
  // Applies to the dialed address only: "localhost" behind a jump host is a remote machine.
  if (trust.skipLocalhost && trust.alias === null && ip !== null && isLoopback(ip)) return
  if (isBehind(hop)) return checkBehind(key, context)
  await checkName(key, keyNameOf(hop), context)
  if (!trust.checkIp || ip === null || trust.alias !== null) return
  const name = knownHostsName(ip, hop.port)
  const choice = choiceOf(trust)
  const verdict = await knownHosts.judge(name, key, choice)
  if (verdict.kind === 'new') await knownHosts.add(name, key, choice)
  else if (verdict.kind !== 'known') await checkName(key, name, context)
}

/**
 * Verifies a key behind a jump host. Keys stored for this route decide. If there are none, a key that ssh has stored
 * for the address is accepted if it is the same; a different one is not an alarm, since it may belong to another
 * machine, but the user is asked.
 */
async function checkBehind(key: Buffer, context: HostKeyContext): Promise<void> {
  const { hop, knownHosts } = context
  const choice = choiceOf(hop.options.trust)
  const [own, plain] = [keyNameOf(hop), plainNameOf(hop)]
  const byAddress = await knownHosts.judge(plain, key, choice)
  if (byAddress.kind === 'revoked') return checkName(key, plain, context)
  const byWay = await knownHosts.judge(own, key, choice)
  if (byWay.kind !== 'new') return checkName(key, own, context)
  const bare = await knownHosts.judge(hop.address.toLowerCase(), key, choice)
  if (byAddress.kind === 'known' || (byAddress.kind === 'new' && bare.kind === 'known'))
    return knownHosts.add(own, key, choice)
  const elsewhere = byAddress.kind === 'changed' ? byAddress.lines.map(line => shown(line.type, line.key)) : []
  await checkName(key, own, { ...context, elsewhere })
}

async function checkName(
  key: Buffer,
  name: string,
  context: HostKeyContext & { readonly elsewhere?: readonly ShownKey[] },
): Promise<void> {
  const { hop, knownHosts, ask, elsewhere = [] } = context
  const { trust } = hop.options
  const choice = choiceOf(trust)
  const type = keyType(key)
  const verdict = await knownHosts.judge(name, key, choice)
  const offered = shown(type, key)
  if (verdict.kind === 'known') return
  if (verdict.kind === 'new') {
    // ssh also accepts a key that is stored without the port.
    const bare = trust.alias === null && hop.port !== 22 && hop.via.length === 0 ? hop.address.toLowerCase() : null
    if (bare !== null && (await knownHosts.judge(bare, key, choice)).kind === 'known') return
    if (trust.strict === 'yes') throw notOnFile(hop)
    // A key that differs from a stored one is never accepted without asking, whatever the config says.
    if (trust.strict === 'ask' || elsewhere.length > 0) {
      const address = isBehind(hop) ? plainNameOf(hop) : name
      const { label, via } = hop
      const answer = await ask({ kind: 'new-key', label, address, via, key: offered, elsewhere })
      if (answer?.kind !== 'trust')
        throw new AppError('cancelled', `The host key of ${hop.label} was not trusted, so nothing was sent.`)
    }
    await knownHosts.add(name, key, choice)
    context.onDecision('trusted', offered)
    return
  }
  const lines = verdict.kind === 'changed' ? verdict.lines : [verdict.line]
  // Like ssh, StrictHostKeyChecking yes doesn't let the user replace it.
  const answer =
    trust.strict === 'yes'
      ? null
      : await ask({
          kind: 'changed-key',
          label: hop.label,
          address: name,
          offered,
          known: lines.map(line => shown(line.type, line.key)),
          place: [...new Set(lines.map(({ path }) => path))]
            .map(path => `${path}:${lines.flatMap(line => (line.path === path ? line.number : [])).join(', ')}`)
            .join(', '),
          revoked: verdict.kind === 'revoked',
        })
  if (verdict.kind === 'revoked' || answer?.kind !== 'replace-key') {
    const what = verdict.kind === 'revoked' ? 'is marked as revoked' : 'has changed'
    throw new AppError(
      'host-key-rejected',
      `The host key of ${hop.label} ${what}, so nothing was sent. Check the fingerprint with the server’s administrator.`,
    )
  }
  await knownHosts.replace(name, key, choice)
  context.onDecision('key-replaced', offered)
}

function notOnFile(hop: PlannedHop): AppError {
  return new AppError(
    'host-key-rejected',
    `The host key of ${hop.label} is not in known_hosts, and StrictHostKeyChecking is set to yes, so nothing was sent. Add the key on the Known hosts page.`,
  )
}

function shown(type: string, key: Buffer): ShownKey {
  return { type: shownType(type), fingerprint: fingerprint(key) }
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127(\.\d+){3}$|^::1$/i.test(address)
}
