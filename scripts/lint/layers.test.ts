import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { ESLint } from 'eslint'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'
import { expect, test } from 'vitest'

import { tempDir } from '../../src/testing/temp-dir.ts'
import { importZones } from './layers.mjs'

/** A tree of these files, each with its text. */
function tree(files: Readonly<Record<string, string>>): string {
  const root = tempDir()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

/** What lint says of a tree's imports, by file. */
async function lint(root: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.{ts,tsx}'],
      languageOptions: { parser: tseslint.parser as never },
      plugins: { 'import-x': importX as never },
      settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
      rules: { 'import-x/no-restricted-paths': ['error', { basePath: root, zones: importZones({ root }) }] },
    },
  })
  const results = await eslint.lintFiles('src')
  return Object.fromEntries(
    results
      .filter(({ messages }) => messages.length > 0)
      .map(({ filePath, messages }) => [
        filePath.slice(root.length + 1).replaceAll('\\', '/'),
        messages.map(({ message }) => message.replace(/^Unexpected path ".*" imported in restricted zone\. /, '')),
      ]),
  )
}

const value = 'export const value = 1\n'
const use = (path: string) => `import { value } from '${path}'\nexport const mine = value\n`

test('a folder without a place in the order is an error that names the cure', () => {
  for (const folder of ['src/main/telepathy', 'src/renderer/widgets']) {
    const root = tree({ 'src/main/ssh/a.ts': value, [`${folder}/a.ts`]: value })
    expect(() => importZones({ root })).toThrow(
      `${folder} has no place in the import order. Add it to scripts/lint/layers.mjs`,
    )
  }
  expect(() => importZones({ root: tree({ 'src/main/ssh/a.ts': value }) })).not.toThrow()
})

test('a folder that is called like a page of the contract is a plain feature', async () => {
  const root = tree({
    'src/shared/contract/gpu-jobs.ts': value,
    'src/main/ssh/a.ts': value,
    'src/main/transfers/a.ts': value,
    'src/main/gpu-jobs/a.ts': use('../ssh/a.ts'),
    'src/main/gpu-jobs/b.ts': use('../transfers/a.ts'),
  })
  expect(Object.keys(await lint(root))).toEqual(['src/main/gpu-jobs/b.ts'])
})

test('main imports downwards only, and the message says what a folder may import', async () => {
  const root = tree({
    'src/shared/base/a.ts': value,
    'src/main/ssh/a.ts': use('../../shared/base/a.ts'),
    'src/main/forwards/a.ts': use('../transfers/a.ts'),
    'src/main/forwards/b.ts': use('../ssh/b.ts'),
    'src/main/forwards/c.ts': use('../keys/a.ts'),
    'src/main/ssh/b.ts': value,
    'src/main/keys/a.ts': value,
    'src/main/transfers/a.ts': use('../forwards/b.ts'),
    'src/main/wiring/a.ts': use('../transfers/a.ts'),
    'src/main/storage/a.ts': `import type { value } from '../wiring/a.ts'\nexport type Mine = typeof value\n`,
    'src/main/activity/a.ts': use('../../renderer/ui/a.ts'),
    'src/renderer/ui/a.ts': value,
  })
  const may =
    'forwards may import work, storage, prompts, ssh-config, key-formats, ssh, sftp, tmux. Join it with others in wiring/.'
  expect(await lint(root)).toEqual({
    'src/main/forwards/a.ts': [may],
    'src/main/forwards/c.ts': [may],
    'src/main/storage/a.ts': ['storage may import work. Join it with others in wiring/.'],
    'src/main/activity/a.ts': ['main may import shared only. Add a call to the contract instead.'],
  })
})

test('a feature of the window never imports a feature, and app goes through its door', async () => {
  const root = tree({
    'src/renderer/ui/a.ts': value,
    'src/renderer/mirrors/a.ts': use('../ui/a.ts'),
    'src/renderer/workspace/a.ts': use('../mirrors/a.ts'),
    'src/renderer/workspace/b.ts': use('../features/hosts/a.ts'),
    'src/renderer/features/hosts/a.ts': use('../../workspace/a.ts'),
    'src/renderer/features/hosts/hosts-door.tsx': use('./a.ts'),
    'src/renderer/features/keys/a.ts': use('../hosts/a.ts'),
    'src/renderer/app/a.ts': use('../features/hosts/hosts-door.tsx'),
    'src/renderer/app/b.ts': use('../features/hosts/a.ts'),
  })
  expect(await lint(root)).toEqual({
    'src/renderer/workspace/b.ts': [
      'workspace may import ui, ipc, mirrors. Move what both need below them, or join them in app/.',
    ],
    'src/renderer/features/keys/a.ts': ['features/keys may import ui, ipc, mirrors, workspace. Features meet in app/.'],
    'src/renderer/app/b.ts': ['app may import a feature through features/NOUN/NOUN-door.tsx only.'],
  })
})
