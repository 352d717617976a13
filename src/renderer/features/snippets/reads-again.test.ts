import { describe, expect, it } from 'vitest'

import { readsAgain } from './reads-again.ts'

describe('readsAgain', () => {
  it.each([
    ['eval {{a}}', 'eval'],
    ["ssh node 'tail {{file}}'", 'ssh'],
    ['sudo bash -lc "echo {{a}}"', 'bash'],
    ['ls | xargs -I% sh -c "echo {{a}}"', 'sh'],
    ['find . | xargs grep {{a}}', 'xargs'],
  ])('%s: %s', (command, name) => expect(readsAgain(command)).toBe(name))

  it.each([
    'echo {{a}}',
    'ssh node uptime\necho {{a}}',
    'cat {{a}} | bash',
    'sh script.sh {{a}}',
    'sshfs {{a}}',
    'eval {{{a}}}',
    '{{a}}; eval x',
  ])('finds none in %s', command => expect(readsAgain(command)).toBeNull())
})
