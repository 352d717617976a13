import { expect, test } from 'vitest'

import { withoutAttachments } from './mail-address.ts'

test.each([
  ['mailto:a@b.example?subject=x&attach=/etc/passwd', 'mailto:a@b.example?subject=x'],
  ['mailto:a@b.example?ATTACHMENT=C:%5Ckeys&body=hello%26bye', 'mailto:a@b.example?body=hello%26bye'],
  ['mailto:a@b.example?%61ttach=/x', 'mailto:a@b.example'],
  ['mailto:a@b.example?attachments=/x&attach=/y', 'mailto:a@b.example'],
  ['mailto:a@b.example', 'mailto:a@b.example'],
  ['https://b.example/?attach=1', 'https://b.example/?attach=1'],
])('%s opens as %s', (address, opened) => {
  expect(withoutAttachments(new URL(address)).href).toBe(opened)
})
