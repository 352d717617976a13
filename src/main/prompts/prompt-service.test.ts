import { describe, expect, it } from 'vitest'

import { PromptService } from './prompt-service.ts'

const question = { kind: 'open-address', address: 'ssh://x' } as const

describe('PromptService', () => {
  it('gives each answer to the one who asked, whatever the order', async () => {
    const service = new PromptService()
    const signal = new AbortController().signal
    const [a, b] = [service.ask(question, signal), service.ask(question, signal)]
    const [first, second] = await service.list(undefined)
    void service.answer({ id: second!.id, answer: { kind: 'open' } })
    void service.answer({ id: first!.id, answer: null })
    expect([await a, await b]).toEqual([null, { kind: 'open' }])
    expect(await service.list(undefined)).toEqual([])
  })

  it('takes a question back when nobody waits for its answer any more', async () => {
    const service = new PromptService()
    const abort = new AbortController()
    const asked = service.ask(question, abort.signal)
    abort.abort()
    expect(await asked).toBeNull()
    expect(await service.list(undefined)).toEqual([])
    expect(await service.ask(question, abort.signal)).toBeNull()
  })
})
