import { sign as cryptoSign, type KeyObject } from 'node:crypto'

import { BaseAgent, createAgent, OpenSSHAgent, type ParsedKey } from 'ssh2'

import { AppError } from '../../shared/base/errors.ts'

/** Signs with one key, from a file or an agent. */
export interface Signer {
  readonly type: string
  /** The public key blob (RFC 4253, 6.6). */
  readonly blob: Buffer
  /** Shown to the user: a file name or an agent's comment. */
  readonly name: string
  /** The signature of RFC 4253 without its format name; `hash` is set for RSA keys. */
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>
}

/** Creates a signer from a decrypted private key. */
export function signerFromPem(input: { type: string; blob: Buffer; key: KeyObject; name: string }): Signer {
  const { type, blob, key, name } = input
  return {
    type,
    blob,
    name,
    sign: async (data, hash) => {
      if (type === 'ssh-ed25519') return cryptoSign(null, data, key)
      if (!type.startsWith('ecdsa-')) return cryptoSign(hash ?? 'sha1', data, key)
      const curveHash = { nistp256: 'sha256', nistp384: 'sha384', nistp521: 'sha512' }[type.slice('ecdsa-sha2-'.length)]
      return ecdsaBlob(cryptoSign(curveHash ?? 'sha256', data, { key, dsaEncoding: 'ieee-p1363' }))
    },
  }
}

/** The keys of a running agent; empty if there is none or it doesn't answer within 5 s. */
export async function agentSigners(socketPath: string | null): Promise<readonly Signer[]> {
  if (socketPath === null) return []
  const agent = agentFor(socketPath)
  const keys = await new Promise<readonly ParsedKey[]>(resolve => {
    const timer = setTimeout(() => resolve([]), 5_000)
    agent.getIdentities((error, found) => {
      clearTimeout(timer)
      resolve(error ? [] : ((found ?? []) as ParsedKey[]))
    })
  })
  return keys.filter(key => usableTypes.has(key.type)).map(key => agentSigner(agent, key))
}

/** Returns ssh2's agent for a socket. */
export function agentFor(socketPath: string) {
  // For this name ssh2 would start a helper program that isn't shipped.
  return socketPath === 'pageant' ? new OpenSSHAgent(socketPath) : createAgent(socketPath)
}

/** Returns the agent's socket: SSH_AUTH_SOCK, or the OpenSSH pipe on Windows. */
export function agentSocket(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  const path = env['SSH_AUTH_SOCK']
  if (path !== undefined && path !== '') return path
  return platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null
}

/** Lets ssh2 offer exactly one signer, and asks for a signature only after the server accepts the key. */
export class OneKeyAgent extends BaseAgent {
  readonly #signer: Signer
  readonly #weak: boolean
  /** True once a signature was requested: the server knows the key. */
  asked = false
  /** The reason why there was no signature. */
  failure: unknown

  /** `weak` allows RSA signatures with SHA-1, the only ones that some servers without RFC 8308 accept. */
  constructor(signer: Signer, { weak }: { weak: boolean }) {
    super()
    this.#weak = weak
    this.#signer = signer
  }

  override getIdentities(done: (error: Error | undefined, keys?: Buffer[]) => void): void {
    done(undefined, [this.#signer.blob])
  }

  override sign(...args: unknown[]): void {
    const data = args[1] as Buffer
    const options = (typeof args[2] === 'function' ? {} : args[2]) as { hash?: string }
    const done = args.at(-1) as (error: Error | undefined, signature?: Buffer) => void
    if (this.#signer.type === 'ssh-rsa' && !/^sha(256|512)$/.test(options.hash ?? '') && !this.#weak) {
      this.failure = new AppError(
        'key-unusable',
        'The server accepts RSA keys only with SHA-1 signatures. Use an Ed25519 key, or allow weak algorithms for this host.',
      )
      return done(this.failure as Error)
    }
    this.asked = true
    this.#signer.sign(data, options.hash).then(
      signature => done(undefined, signature),
      (error: unknown) => {
        this.failure = error
        done(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }
}

const usableTypes = new Set([
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
])

function agentSigner(agent: BaseAgent, key: ParsedKey): Signer {
  const sign = (data: Buffer, hash: string | undefined) =>
    new Promise<Buffer>((resolve, reject) => {
      agent.sign(key, data, hash === undefined ? {} : ({ hash } as never), (error, signature) => {
        if (signature) resolve(signature as Buffer)
        else reject(error ?? new Error('The agent returned no signature'))
      })
    })
  return { type: key.type, blob: key.getPublicSSH(), name: key.comment || 'agent key', sign }
}

/** RFC 5656, 3.1.2: mpint r, mpint s. */
function ecdsaBlob(flat: Buffer): Buffer {
  const half = flat.length / 2
  return Buffer.concat([mpint(flat.subarray(0, half)), mpint(flat.subarray(half))])
}

function mpint(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const body = bytes.subarray(start)
  const signed = (body[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), body]) : body
  const length = Buffer.alloc(4)
  length.writeUInt32BE(signed.length)
  return Buffer.concat([length, signed])
}
