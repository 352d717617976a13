import { describe, expect, it } from 'vitest'

import { untilAborted } from '../../shared/base/abort.ts'
import { Operations } from './operations.ts'

const never = (signal: AbortSignal) => untilAborted(new Promise<never>(() => {}), signal)

describe('Operations', () => {
  it('cancels the work with an ID, which is free again at once', async () => {
    const operations = new Operations()
    const first = operations.run('a', never)
    await expect(operations.run('a', never)).rejects.toMatchObject({ code: 'invalid-input' })
    operations.cancel('a')
    const second = operations.run('a', () => Promise.resolve(2))
    await expect(first).rejects.toMatchObject({ code: 'cancelled' })
    await expect(second).resolves.toBe(2)
    operations.cancel('a')
  })

  it('keeps new work cancellable when the previous one ends late', async () => {
    const operations = new Operations()
    let endLate = () => {}
    const late = operations.run('a', () => new Promise<void>(resolve => (endLate = resolve)))
    operations.cancel('a')
    const next = operations.run('a', never)
    endLate()
    await late
    operations.cancel('a')
    await expect(next).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('cancels everything when it is disposed, including work started afterwards', async () => {
    const operations = new Operations()
    const [named, unnamed] = [operations.run('a', never), operations.run(null, never)]
    operations.dispose()
    const after = operations.run('b', never)
    for (const each of [named, unnamed, after]) await expect(each).rejects.toMatchObject({ code: 'cancelled' })
  })
})
