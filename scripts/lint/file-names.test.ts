import { Linter } from 'eslint'
import { expect, it } from 'vitest'

import { fileNames } from './file-names.mjs'

const said = (filename: string) =>
  new Linter({ cwd: '/hawser' })
    .verify(
      '',
      [
        {
          files: ['**/*.*'],
          plugins: { own: { rules: { 'file-names': fileNames } } },
          rules: { 'own/file-names': 'error' },
        },
      ],
      { filename: `/hawser/${filename}` },
    )
    .map(({ message }) => message)

it.each([
  'src/main/main.ts',
  'src/main/ssh/ssh2-internals.ts',
  'src/a-b/c-d.test.tsx',
  'scripts/e2e.d.mts',
  'a.module.css',
])('accepts %s', name => {
  expect(said(name)).toEqual([])
})

it.each([
  ['src/renderer/HostCard.tsx', 'HostCard.tsx'],
  ['src/renderer/host_card.tsx', 'host_card.tsx'],
  ['src/hostList/card.ts', 'hostList'],
  ['src/host--card.ts', 'host--card.ts'],
  ['src/card-.ts', 'card-.ts'],
])('rejects %s', (path, name) => {
  expect(said(path)).toEqual([`The name ${name} is not in kebab-case.`])
})
