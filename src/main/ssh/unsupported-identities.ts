import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { cleanLine } from '../../shared/base/clean-text.ts'
import { agentIdentities, type AgentIdentity } from './agent-identities.ts'
import { isCertificate, isSecurityKey, publicKeyType, readCertificate } from './ssh-certificate.ts'

/** A certificate or security key that the user has, and that Hawser can't sign in with. */
export interface UnsupportedIdentity {
  readonly kind: 'certificate' | 'security-key'
  /** A file's path, or the comment of a key in the agent. */
  readonly name: string
  readonly inAgent: boolean
  /** The end of a certificate's validity, if it has expired. */
  readonly expiredAt: Date | null
}

/** Where to look for keys. Paths are absolute. */
export interface IdentityPlaces {
  /** The private keys that are tried for this host. */
  readonly keyFiles: readonly string[]
  readonly certificateFiles: readonly string[]
  readonly sshFolder: string
  /** The agent's socket; null if there is none. */
  readonly agentSocket: string | null
  readonly now: Date
}

const maxBytes = 65_536
const maxFiles = 500

/**
 * Looks for identities that a server may have expected when it accepts none of the usual keys: certificates beside the
 * keys and in the agent, and security keys. Never throws; unreadable files are skipped.
 */
export async function findUnsupported(places: IdentityPlaces): Promise<readonly UnsupportedIdentity[]> {
  const { keyFiles, certificateFiles, sshFolder, agentSocket, now } = places
  const read = async (paths: readonly string[]) =>
    (await Promise.all([...new Set(paths)].map(path => fromFile(path, now)))).flat()
  // OpenSSH offers `<key>-cert.pub` automatically.
  const tried = await read([
    ...certificateFiles,
    ...keyFiles.flatMap(path => [`${path}-cert.pub`, `${path}.pub`, path]),
  ])
  const names = (await readdir(sshFolder).catch((): string[] => [])).filter(name => name.endsWith('.pub'))
  const around = await read(names.slice(0, maxFiles).map(name => join(sshFolder, name)))
  const agent: readonly AgentIdentity[] = agentSocket === null ? [] : await agentIdentities(agentSocket)
  const held = agent.flatMap(({ type, comment, blob }) => {
    const line = `${type} ${blob.toString('base64')}`
    return judge(type, { name: comment || type, line, inAgent: true, now })
  })
  return [...tried, ...held, ...around.filter(({ kind }) => kind === 'security-key')]
}

/** The sentence about them after a refused sign-in; empty for none. Starts with a space. */
export function unsupportedSentence(found: readonly UnsupportedIdentity[]): string {
  // A certificate beside its key explains more than an unrelated security key.
  const one = found.find(({ kind }) => kind === 'certificate') ?? found[0]
  if (!one) return ''
  const name = cleanLine(one.name, maxName)
  if (one.kind === 'security-key') {
    const which = one.inAgent ? `the key “${name}” in your agent` : name
    return ` Hawser does not support security keys (FIDO) yet, so ${which} was not tried. Add another key to authorized_keys on the server, or sign in with ssh in a terminal.`
  }
  const which = one.inAgent ? `the certificate “${name}” in your agent` : name
  const also =
    one.expiredAt === null
      ? ''
      : ` It also expired on ${one.expiredAt.toISOString().slice(0, 10)}; renew it to use it with ssh.`
  return ` Hawser does not support OpenSSH certificates yet, so ${which} was not used.${also} If the server requires one, add your public key to authorized_keys on the server, or sign in with ssh in a terminal.`
}

const maxName = 300

async function fromFile(path: string, now: Date): Promise<readonly UnsupportedIdentity[]> {
  const line = await readStart(path)
  // A private key names its type in its first field, in Base64.
  const isPrivateSk = /-----BEGIN OPENSSH PRIVATE KEY-----/.test(line) && holdsSecurityKey(line)
  const type = isPrivateSk ? 'sk-' : publicKeyType(line)
  return judge(type, { name: path.replace(/(?<!-cert)\.pub$/, ''), line, inAgent: false, now })
}

function judge(
  type: string,
  { name, line, inAgent, now }: { name: string; line: string; inAgent: boolean; now: Date },
): readonly UnsupportedIdentity[] {
  if (isCertificate(type)) {
    const expiresAt = readCertificate(line)?.expiresAt ?? null
    const expiredAt = expiresAt !== null && expiresAt <= now ? expiresAt : null
    return [{ kind: 'certificate', name, inAgent, expiredAt }]
  }
  return isSecurityKey(type) ? [{ kind: 'security-key', name, inAgent, expiredAt: null }] : []
}

function holdsSecurityKey(text: string): boolean {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)(?:-----END|$)/.exec(text)?.[1] ?? ''
  return /\0sk-(ssh-ed25519|ecdsa-sha2)/.test(Buffer.from(body.slice(0, 2048), 'base64').toString('latin1'))
}

async function readStart(path: string): Promise<string> {
  try {
    // Opening a named pipe would block until a writer opens it.
    if (!(await stat(path)).isFile()) return ''
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch {
    return ''
  }
}
