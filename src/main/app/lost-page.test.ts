import { describe, expect, it, vi } from 'vitest'

import { LostPage, type LostPageParts } from './lost-page.ts'

function setUp() {
  let now = 0
  const answers: ((yes: boolean) => void)[] = []
  const ask = () => new Promise<boolean>(resolve => answers.push(resolve))
  const parts = {
    reload: vi.fn(),
    endProcess: vi.fn(),
    destroy: vi.fn(),
    quit: vi.fn(),
    askToQuit: vi.fn(ask),
    askToGiveUp: vi.fn<LostPageParts['askToGiveUp']>(ask),
    now: () => now,
  }
  const answer = async (yes: boolean) => {
    answers.shift()?.(yes)
    await new Promise(resolve => setImmediate(resolve))
  }
  return { page: new LostPage(parts), ...parts, answer, wait: (ms: number) => (now += ms) }
}

describe('a lost page', () => {
  it('is loaded again after a crash, without a question', () => {
    const { page, reload, askToQuit, wait } = setUp()
    for (let count = 0; count < 20; count++) {
      page.crashed()
      wait(30_000)
    }
    expect(reload).toHaveBeenCalledTimes(20)
    expect(askToQuit).not.toHaveBeenCalled()
  })

  it('is left to the user once it keeps crashing', async () => {
    const { page, reload, quit, askToQuit, answer } = setUp()
    for (let count = 0; count < 4; count++) page.crashed()
    expect(reload).toHaveBeenCalledTimes(3)
    expect(askToQuit).toHaveBeenCalledTimes(1)
    await answer(false)
    expect(reload).toHaveBeenCalledTimes(4)
    for (let count = 0; count < 4; count++) page.crashed()
    await answer(true)
    expect(quit).toHaveBeenCalledTimes(1)
    expect(reload).toHaveBeenCalledTimes(7)
  })

  it('that doesn’t respond is ended only if the user says so', async () => {
    const { page, endProcess, destroy, askToGiveUp, answer } = setUp()
    page.stoppedAnswering({ closing: false })
    page.stoppedAnswering({ closing: false })
    expect(askToGiveUp).toHaveBeenCalledTimes(1)
    await answer(false)
    expect(endProcess).not.toHaveBeenCalled()
    page.stoppedAnswering({ closing: false })
    await answer(true)
    expect(endProcess).toHaveBeenCalledTimes(1)
    expect(destroy).not.toHaveBeenCalled()
  })

  it('withdraws the question when it responds again', async () => {
    const { page, endProcess, askToGiveUp, answer } = setUp()
    page.stoppedAnswering({ closing: false })
    page.answered()
    expect(askToGiveUp.mock.lastCall?.[0].signal.aborted).toBe(true)
    await answer(true)
    expect(endProcess).not.toHaveBeenCalled()
  })

  it('that keeps its window from closing can be given up', async () => {
    const { page, destroy, answer } = setUp()
    page.stoppedAnswering({ closing: true })
    await answer(true)
    expect(destroy).toHaveBeenCalledTimes(1)
  })
})
