import { describe, expect, it } from 'vitest'

import { toSshError } from './ssh-errors.ts'

const context = { where: 'gpu-box', head: '', stage: 'handshake' as const }
const coded = (code: string) => Object.assign(new Error(code), { code })

describe('toSshError', () => {
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'name-not-found'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ETIMEDOUT', 'timed-out'],
    ['ECONNRESET', 'server-refused'],
  ])('gives %s the code %s and a sentence with the host', (code, expected) => {
    const error = toSshError(coded(code), context)
    expect(error.code).toBe(expected)
    expect(error.message).toMatch(/gpu-box.*\./)
  })

  it('reads the first of several addresses’ errors', () => {
    expect(toSshError(new AggregateError([coded('ECONNREFUSED')]), context).code).toBe('refused')
  })

  it('knows what a server says before its greeting', () => {
    expect(toSshError(new Error(''), { ...context, head: 'Not allowed at this time\r\n' }).code).toBe('penalty')
    expect(toSshError(new Error(''), { ...context, head: 'Exceeded MaxStartups\r\n' }).code).toBe(
      'too-many-connections',
    )
    expect(toSshError(new Error(''), { ...context, head: 'HTTP/1.1 400 Bad Request' }).message).toMatch(/web server/)
    expect(toSshError(new Error(''), { ...context, head: '220 \u001b[31mmail' }).message).toContain('“220 mail”')
  })

  it('tells which ways to sign in the server takes', () => {
    const error = toSshError(
      Object.assign(new Error('All configured authentication methods failed'), { level: 'client-authentication' }),
      {
        ...context,
        stage: 'sign-in',
        methods: ['publickey'],
        tried: ['password'],
      },
    )
    expect(error).toMatchObject({
      code: 'auth-failed',
      message: 'gpu-box did not accept the sign-in. It takes a key. Tried: a password.',
    })
  })

  it('strips and caps the server’s own text', () => {
    const error = toSshError(new Error(`\u001b]0;x\u0007${'a'.repeat(5000)}`), context)
    expect(error.message.length).toBeLessThan(500)
    expect(error.message).not.toContain('\u001b')
  })
})
