import { expect, test } from 'vitest'

import { listenerText } from './forward-text.ts'

test.each([
  ['python3 demo.py', 'self', 'python3 demo.py'],
  ['/usr/bin/python3 /srv/demo.py', 'unknown', 'python3 demo.py'],
  ['python3 demo.py', 'other', 'python3 demo.py, owned by another user'],
  ['', 'other', 'Another user’s process'],
  ['', 'self', 'Unknown process'],
  ['', 'unknown', 'Unknown process'],
] as const)('the process “%s” of %s is listed as “%s”', (process, owner, text) => {
  expect(listenerText({ process, owner })).toBe(text)
})
