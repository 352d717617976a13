import { expect, test } from 'vitest'

import { AppError } from '../../shared/base/errors.ts'
import { isAway, isUnanswered } from './retry.ts'
import { toSshError, type ConnectionStage } from './ssh-errors.ts'

const reset = (stage: ConnectionStage) =>
  toSshError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), { where: 'x', stage })

test('a server is away until it has identified itself, be it that something else takes its connections', () => {
  for (const stage of ['connecting', 'connected'] as const) expect(isAway(reset(stage)), stage).toBe(true)
  for (const stage of ['key-exchange', 'key-shown', 'signing-in'] as const)
    expect(isAway(reset(stage)), stage).toBe(false)
  // A jump host said so.
  const onward = new AppError('refused', 'No.')
  expect([isAway(onward), isUnanswered(onward)]).toEqual([true, false])
  // OpenSSH says so before its identification; asking again would prolong a penalty.
  const said = (text: string) =>
    toSshError(new Error(''), { where: 'x', stage: 'connected', hello: { text, ident: null, kexInit: null } })
  expect(isAway(said('Exceeded MaxStartups\r\n'))).toBe(true)
  expect(isAway(said('Not allowed at this time\r\n'))).toBe(false)
})
