import type { ShownKey } from '../../shared/contract/prompts.ts'
import type { PlannedHop } from './connection-plan.ts'
import { fingerprint, keyType, shownType } from './fingerprint.ts'
import { choiceOf, keyNameOf } from './host-key-check.ts'
import type { KnownHostsFile } from './known-hosts-file.ts'

export interface LearnContext {
  readonly hop: PlannedHop
  /** The key that was accepted for this session. */
  readonly accepted: Buffer | undefined
  readonly knownHosts: KnownHostsFile
  readonly onLearned: (key: ShownKey) => void
}

/**
 * Implements UpdateHostKeys of ssh_config(5): stores the other keys of a server that has proved to own them (PROTOCOL
 * of OpenSSH, 2.5), so that the server can change its key without a question. Applies only if the key of this session
 * is stored under the same name; keys marked as revoked are never added.
 */
export async function learnHostKeys(proved: readonly Buffer[], context: LearnContext): Promise<void> {
  const { hop, accepted, knownHosts, onLearned } = context
  const { trust } = hop.options
  if (!trust.update || accepted === undefined) return
  const [name, choice] = [keyNameOf(hop), choiceOf(trust)]
  const known = await knownHosts.judge(name, accepted, choice)
  // Requires a line for exactly this host in one of the user's own files.
  if (known.kind !== 'known' || !knownHosts.isOwn(known.line.path, choice) || /[*?!]/.test(known.line.hosts)) return
  for (const key of proved) {
    const verdict = await knownHosts.judge(name, key, choice)
    // "Changed" only means that other keys are stored too: this one was proved.
    if (verdict.kind === 'known' || verdict.kind === 'revoked') continue
    await knownHosts.add(name, key, choice)
    onLearned({ type: shownType(keyType(key)), fingerprint: fingerprint(key) })
  }
}
