import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { serverLine, serverText } from '../../../shared/base/server-text.ts'
import type { AskingServer, QuestionId } from '../../../shared/contract/prompts.ts'
import { wordsAround, type ServerQuestion } from './server-question.ts'

const server: AskingServer = {
  kind: 'server',
  label: 'web1.example',
  address: 'web1.example',
  user: 'me',
  port: 22,
  via: [],
}

function question(change: Partial<ServerQuestion>): ServerQuestion {
  return {
    id: '' as QuestionId,
    asker: 'person',
    kind: 'secrets',
    from: server,
    name: serverLine('', 128),
    instruction: serverText('', 1024),
    prompts: [{ text: serverLine('', 256), echo: false }],
    again: false,
    remember: false,
    ...change,
  }
}

const runs = Number(process.env['PROPERTY_RUNS'] ?? 200)
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('Passphrase for id_ed25519', 'Vault', 'sudo on prod-db', 'Password for the proxy', '\u202eenoemos'),
)

describe('the text around a server’s question', () => {
  it('is Hawser’s own, whatever the server says', () => {
    fc.assert(
      fc.property(words, words, fc.array(words, { maxLength: 32 }), (name, instruction, texts) => {
        const { title, description, labels } = wordsAround(
          question({
            name: serverLine(name, 128),
            instruction: serverText(instruction, 1024),
            prompts: texts.map(text => ({ text: serverLine(text, 256), echo: false })),
          }),
        )
        expect(title).toBe('Prompt from me@web1.example')
        expect(description).toBe('The text in the frame is from the server. Your answers are sent to that server.')
        const many = texts.map((_text, index) => `Answer ${index + 1} of ${texts.length}`)
        expect(labels).toEqual(texts.length === 1 ? ['Answer'] : many)
      }),
      { numRuns: runs },
    )
  })

  it('distinguishes two servers at one address by user, port and route', () => {
    const from: AskingServer = { ...server, label: 'db', address: '10.0.0.5', port: 2222, via: ['me@bastion:22'] }
    expect(wordsAround(question({ from }))).toMatchObject({
      title: 'Prompt from me@10.0.0.5:2222',
      description: expect.stringContaining('from the server db via me@bastion:22.') as string,
    })
    expect(wordsAround(question({ from: { ...server, address: '::1', port: 2222 } })).title).toBe(
      'Prompt from me@[::1]:2222',
    )
  })

  it('says that the last answer was rejected', () => {
    expect(wordsAround(question({ again: true })).description).toMatch(/^The last answer was rejected\. /)
  })
})
