import { AppError } from '../../shared/base/errors.ts'
import type { Answer, Question, ShownKey } from '../../shared/contract/prompts.ts'
import type { PlannedHop } from './connection-plan.ts'
import { fingerprint, keyType, shownType } from './fingerprint.ts'
import { knownHostsName } from './known-hosts.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'

export interface HostKeyContext {
  readonly hop: PlannedHop
  readonly knownHosts: KnownHostsFile
  readonly ask: (question: Question) => Promise<Answer | null>
  /** What a person decided about a key, for the Activity page. */
  readonly onDecision: (kind: 'trusted' | 'key-replaced', key: ShownKey) => void
}

/** Decides on a server's key: known, or trusted by a person. Throws `host-key-rejected`; nothing may be sent before it resolves. */
export async function checkHostKey(key: Buffer, context: HostKeyContext): Promise<void> {
  const { hop, knownHosts, ask } = context
  const name = knownHostsName(hop.address, hop.port)
  const type = keyType(key)
  const verdict = await knownHosts.judge(name, key)
  const offered = shown(type, key)
  if (verdict.kind === 'known') return
  if (verdict.kind === 'new') {
    const answer = await ask({ kind: 'new-key', label: hop.label, address: name, key: offered })
    if (answer?.kind !== 'trust')
      throw new AppError('cancelled', `The host key of ${hop.label} was not trusted. Nothing was sent.`)
    await knownHosts.add(name, type, key)
    context.onDecision('trusted', offered)
    return
  }
  const lines = verdict.kind === 'changed' ? verdict.lines : [verdict.line]
  const answer = await ask({
    kind: 'changed-key',
    label: hop.label,
    address: name,
    offered,
    known: lines.map(line => shown(line.type, line.key)),
    place: `${knownHosts.path}:${lines.map(line => line.number).join(', ')}`,
    revoked: verdict.kind === 'revoked',
  })
  if (verdict.kind === 'revoked' || answer?.kind !== 'replace-key') {
    const what = verdict.kind === 'revoked' ? 'is marked as revoked' : 'has changed'
    throw new AppError(
      'host-key-rejected',
      `The host key of ${hop.label} ${what}. Nothing was sent. Compare it with the server’s owner.`,
    )
  }
  await knownHosts.replace(name, type, key)
  context.onDecision('key-replaced', offered)
}

function shown(type: string, key: Buffer): ShownKey {
  return { type: shownType(type), fingerprint: fingerprint(key) }
}
