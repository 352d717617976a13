import { describe, expect, it } from 'vitest'

import { Asker } from './asker.ts'
import { PromptService } from './prompt-service.ts'

const question = { kind: 'open-address', address: 'ssh://x' } as const

describe('PromptService', () => {
  it('passes each answer to its caller, in whatever order', async () => {
    const service = new PromptService()
    const options = { asker: 'person', signal: new AbortController().signal } as const
    const [a, b] = [service.ask(question, options), service.ask(question, options)]
    const [first, second] = await service.list()
    void service.answer({ id: second!.id, answer: { kind: 'open' } })
    void service.answer({ id: first!.id, answer: null })
    expect([await a, await b]).toEqual([null, { kind: 'open' }])
    expect(await service.list()).toEqual([])
  })

  it('withdraws a question when nobody waits for its answer any more', async () => {
    const service = new PromptService()
    const abort = new AbortController()
    const options = { asker: 'person', signal: abort.signal } as const
    const asked = service.ask(question, options)
    abort.abort()
    expect(await asked).toBeNull()
    expect(await service.list()).toEqual([])
    expect(await service.ask(question, options)).toBeNull()
  })

  it('says on whose behalf it asks, and that the user now waits for background work', async () => {
    const service = new PromptService()
    const { signal } = new AbortController()
    const asker = new Asker('background')
    const lists: string[][] = []
    const listening = service.onChanged(list => lists.push(list.map(each => each.asker)))
    void service.ask(question, { asker, signal })
    void service.ask(question, { asker: 'person', signal })
    asker.raise()
    asker.raise()
    expect(lists).toEqual([['background'], ['background', 'person'], ['person', 'person']])
    listening.dispose()
    service.dispose()
  })

  it('opens follow-up questions at once after an answer, and none after Cancel', async () => {
    const service = new PromptService()
    const { signal } = new AbortController()
    const [answered, cancelled] = [new Asker('background'), new Asker('background')]
    void service.ask(question, { asker: answered, signal })
    void service.ask(question, { asker: cancelled, signal })
    const [first, second] = await service.list()
    void service.answer({ id: first!.id, answer: { kind: 'open' } })
    void service.answer({ id: second!.id, answer: null })
    expect([answered.by, cancelled.by]).toEqual(['person', 'background'])
    service.dispose()
  })

  it('asks openly from the start for an asker that the user already waits for', async () => {
    const service = new PromptService()
    const asker = new Asker('background')
    asker.raise()
    void service.ask(question, { asker, signal: new AbortController().signal })
    expect((await service.list()).map(each => each.asker)).toEqual(['person'])
    service.dispose()
  })
})
