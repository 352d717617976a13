import type { ShownKey } from '../../shared/contract/prompts.ts'
import type { PlannedHop } from './connection-plan.ts'
import { fingerprint, keyType, shownType } from './fingerprint.ts'
import { choiceOf, keyNameOf } from './host-key-check.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'

export interface LearnContext {
  readonly hop: PlannedHop
  /** The key that this session was accepted with. */
  readonly accepted: Buffer | undefined
  readonly knownHosts: KnownHostsFile
  readonly onLearned: (key: ShownKey) => void
}

/**
 * UpdateHostKeys of ssh_config(5): files the other keys of a server that has proved to hold them (PROTOCOL of OpenSSH,
 * 2.5), so that it can change its key without anybody being asked. Only where the key of this session is on file under
 * the same name, and never against what is filed as revoked.
 */
export async function learnHostKeys(proved: readonly Buffer[], context: LearnContext): Promise<void> {
  const { hop, accepted, knownHosts, onLearned } = context
  const { trust } = hop.options
  if (!trust.update || accepted === undefined) return
  const [name, choice] = [keyNameOf(hop), choiceOf(trust)]
  const known = await knownHosts.judge(name, accepted, choice)
  // Only beside a line of the person's own for this very host.
  if (known.kind !== 'known' || !knownHosts.isOwn(known.line.path, choice) || /[*?!]/.test(known.line.hosts)) return
  for (const key of proved) {
    const verdict = await knownHosts.judge(name, key, choice)
    // "Changed" here only says that others are on file beside it: this one was proved.
    if (verdict.kind === 'known' || verdict.kind === 'revoked') continue
    await knownHosts.add(name, key, choice)
    onLearned({ type: shownType(keyType(key)), fingerprint: fingerprint(key) })
  }
}
