import { expect, test } from 'vitest'

import { refusedSwitch } from './refused-switches.ts'

test.each([
  'remote-debugging-port',
  'remote-debugging-pipe',
  'inspect',
  'inspect-brk',
  'js-flags',
  'renderer-cmd-prefix',
])('the packaged program does not start with --%s', name => {
  expect(refusedSwitch(each => each === name)).toContain(`--${name}`)
})

test('other switches are ignored', () => {
  expect(refusedSwitch(name => ['no-sandbox', 'ozone-platform', 'lang'].includes(name))).toBeNull()
})
