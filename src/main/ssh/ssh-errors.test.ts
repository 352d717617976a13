import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { usualOptions } from './hop-options.ts'
import { algorithmsFor } from './algorithms.ts'
import {
  ConnectionError,
  forwardRefused,
  sessionRefused,
  toSshError,
  type ConnectionStage,
  type FailureContext,
} from './ssh-errors.ts'

const stages: readonly ConnectionStage[] = [
  'connecting',
  'connected',
  'key-exchange',
  'key-shown',
  'signing-in',
  'open',
]
const hello = (text: string, ident: string | null = null) => ({ text, ident, kexInit: null })
const greeted = hello('SSH-2.0-OpenSSH_9.9\r\n', 'SSH-2.0-OpenSSH_9.9')
const at = (stage: ConnectionStage, more: Partial<FailureContext> = {}): FailureContext => ({
  where: 'gpu-box',
  stage,
  ...(stage === 'connecting' || stage === 'connected' ? {} : { hello: greeted }),
  ...more,
})
const coded = (code: string | number, message = String(code)) => Object.assign(new Error(message), { code })
const levelled = (level: string, message: string) => Object.assign(new Error(message), { level })
const endings: Readonly<Record<string, Error>> = {
  silence: coded('ETIMEDOUT', 'timed out'),
  'a close': new Error(''),
  'a reset': coded('ECONNRESET'),
  'a disconnect': coded(2, 'Go away'),
  garbage: new Error('Bad packet length'),
  'a failed key exchange': levelled('handshake', 'Handshake failed: signature verification failed'),
}
const told = (error: Error, context: FailureContext) => {
  const { code, message } = toSshError(error, context)
  return `${code}: ${message}`
}

describe('toSshError', () => {
  it.each<[string, ConnectionStage, string]>([
    [
      'silence',
      'connecting',
      'timed-out: gpu-box did not respond. Check the address, and whether a firewall blocks it.',
    ],
    [
      'silence',
      'connected',
      'timed-out: gpu-box accepted the connection but sent nothing within 20 s. Check the port; the server may also be overloaded.',
    ],
    [
      'silence',
      'key-exchange',
      'timed-out: gpu-box did not complete the key exchange within 20 s. Try again; a firewall or VPN may be dropping large packets.',
    ],
    [
      'silence',
      'key-shown',
      'timed-out: gpu-box sent its host key but did not complete the key exchange within 20 s. Try again, or check sshd’s log.',
    ],
    [
      'silence',
      'signing-in',
      'timed-out: gpu-box did not answer the sign-in within 20 s. Try again, or check sshd’s log: a directory service or second factor may be slow.',
    ],
    ['silence', 'open', 'lost: The connection to gpu-box was lost: the server stopped responding.'],
    [
      'a close',
      'connected',
      'server-refused: gpu-box closed the connection before sending its identification. Check sshd’s log.',
    ],
    [
      'a close',
      'key-exchange',
      'server-refused: gpu-box closed the connection during the key exchange. Check sshd’s log.',
    ],
    [
      'a close',
      'key-shown',
      'server-refused: gpu-box closed the connection after sending its host key. Check sshd’s log.',
    ],
    ['a close', 'signing-in', 'server-refused: gpu-box closed the connection during the sign-in. Check sshd’s log.'],
    ['a close', 'open', 'lost: The connection to gpu-box was lost.'],
    ['a reset', 'signing-in', 'server-refused: gpu-box closed the connection during the sign-in. Check sshd’s log.'],
    ['a reset', 'open', 'lost: The connection to gpu-box was reset.'],
    [
      'a disconnect',
      'signing-in',
      'server-refused: gpu-box closed the connection during the sign-in: “Go away”. Check sshd’s log.',
    ],
    ['a disconnect', 'open', 'lost: gpu-box closed the connection: “Go away”.'],
    [
      'garbage',
      'key-exchange',
      'server-refused: Hawser closed the connection to gpu-box because the server sent invalid SSH data during the key exchange (Bad packet length). Check the port, and that nothing on the network modifies the data.',
    ],
    [
      'garbage',
      'open',
      'lost: The connection to gpu-box was lost: the server sent invalid SSH data (Bad packet length).',
    ],
    [
      'a failed key exchange',
      'key-exchange',
      'server-refused: Hawser closed the connection to gpu-box because the key exchange failed (Handshake failed: signature verification failed). Try again; if it keeps failing, update the server.',
    ],
    [
      'a failed key exchange',
      'open',
      'lost: The connection to gpu-box was lost: rekeying failed (Handshake failed: signature verification failed).',
    ],
  ])('describes %s in the stage “%s” correctly', (ending, stage, expected) => {
    expect(told(endings[ending] as Error, at(stage, { limitMs: 20_000 }))).toBe(expected)
  })

  it('has a complete sentence, the host and the stage for every failure in every stage', () => {
    for (const stage of stages)
      for (const error of Object.values(endings)) {
        const failure = toSshError(error, at(stage))
        expect(failure).toBeInstanceOf(ConnectionError)
        expect((failure as ConnectionError).stage).toBe(stage)
        expect(failure.message).toMatch(/gpu-box.*\.$/)
        expect(failure.message).not.toMatch(/\(\)|“”|undefined|: \./)
        if (stage === 'open') expect(failure.code).toBe('lost')
        if (stage !== 'connecting') expect(failure.message).not.toContain('Check the address')
      }
  })

  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'name-not-found'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timed-out'],
    ['ECONNRESET', 'server-refused'],
  ])('gives %s the code %s and a sentence with the host', (code, expected) => {
    const error = toSshError(coded(code), at('connecting'))
    expect(error.code).toBe(expected)
    expect(error.message).toMatch(/gpu-box.*\./)
  })

  it('uses the first of several addresses’ errors', () => {
    expect(toSshError(new AggregateError([coded('ECONNREFUSED')]), at('connecting')).code).toBe('refused')
  })

  it('reports that the time ran out while the user was asked', () => {
    for (const ending of ['a close', 'a reset', 'a disconnect'])
      for (const stage of ['key-shown', 'signing-in'] as const)
        expect(told(endings[ending] as Error, at(stage, { asking: true }))).toMatch(
          /^server-refused: gpu-box closed the connection while Hawser was waiting for your response\. .*LoginGraceTime/,
        )
  })

  it('recognizes a server’s message before its greeting', () => {
    const say = (text: string) => toSshError(new Error(''), at('connected', { hello: hello(text) }))
    expect(say('Not allowed at this time\r\n').code).toBe('penalty')
    expect(say('Exceeded MaxStartups\r\n').code).toBe('too-many-connections')
    expect(say('HTTP/1.1 400 Bad Request').message).toMatch(/web server/)
    expect(say('220 \u001b[31mmail').message).toContain('“220 mail”')
  })

  it('distinguishes a server of SSH 1 only from one that supports both', () => {
    const of = (ident: string) =>
      toSshError(new Error('Invalid identification string'), at('key-exchange', { hello: hello(ident, ident) }))
    expect(of('SSH-1.5-Cisco-1.25').message).toBe(
      'gpu-box only supports SSH 1, which is not secure. Enable SSH 2 on the server, or update it.',
    )
    expect(of('SSH-1.99-Cisco-1.25').message).not.toContain('only supports SSH 1')
  })

  it('explains a key exchange without common algorithms by its lists, not by ssh2’s message', () => {
    const both = (name: string) => ({ toServer: [name], toClient: [name] })
    const kexInit = {
      kex: ['sntrup761x25519-sha512@openssh.com'],
      hostKey: ['ssh-ed25519'],
      cipher: both('aes256-ctr'),
      mac: both('hmac-sha2-256'),
      compression: both('none'),
    }
    const exchange = {
      offer: algorithmsFor({ weak: false, knownTypes: [] }),
      weakAllowed: false,
      saved: true,
      wishes: usualOptions.algorithms,
    }
    const error = toSshError(
      levelled('handshake', 'whatever'),
      at('key-exchange', { hello: { ...greeted, kexInit }, exchange }),
    )
    expect(error.code).toBe('no-common-algorithm')
    expect(error.message).toContain('post-quantum')
  })

  it('names the authentication methods that the server accepts', () => {
    const error = toSshError(
      levelled('client-authentication', 'All configured authentication methods failed'),
      at('signing-in', { methods: ['publickey'], tried: ['password'] }),
    )
    expect(error).toMatchObject({
      code: 'auth-failed',
      message: 'Authentication failed on gpu-box. It accepts a key. Tried: a password.',
    })
  })

  it('strips and caps the server’s own text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(...stages), (text, stage) => {
        const long = `\u001b]0;x\u0007${text.repeat(50)}`
        for (const error of [new Error(long), coded(11, long), levelled('handshake', long)]) {
          const { message } = toSshError(error, at(stage, { hello: hello(long.slice(0, 256)) }))
          expect(message.length).toBeLessThan(600)
          expect(message).not.toMatch(/[\p{Cc}\u202a-\u202e]/u)
        }
      }),
      { numRuns: runs(50) },
    )
  })
})

describe('a refused channel', () => {
  const refused = (reason: unknown, description: string) =>
    Object.assign(new Error(`(SSH) Channel open failure: ${description}`), { reason })

  it('quotes the server’s reason if there is one, and has no empty brackets if not', () => {
    expect(sessionRefused(refused(4, 'out of \u001b[1mpty'), 'box', 'shell').message).toBe(
      'box refused to start a shell: “out of pty”. It may have reached its session limit, or not allow a shell for this user.',
    )
    for (const error of [refused(4, ''), refused(2, 'undefined'), refused('', 'server closed channel unexpectedly')])
      expect(sessionRefused(error, 'box', 'command').message).toBe(
        'box refused to start a command. It may have reached its session limit, or not allow a command for this user.',
      )
    expect(forwardRefused(refused(2, ''), { where: 'db:5432', via: 'box' }).message).toBe('box can’t reach db:5432.')
  })

  it('caps a reason', () => {
    expect(sessionRefused(refused(4, 'x'.repeat(9000)), 'box', 'shell').message.length).toBeLessThan(400)
  })
})
