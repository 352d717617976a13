import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import ts from 'typescript'
import { expect, onTestFinished, test } from 'vitest'

import { skeletonOf } from './new.mjs'

const lists = {
  'src/shared/contract/contract.ts': "import { keys } from './keys.ts'\n\nexport const contract = { keys }\n",
  'src/main/wiring/services.ts':
    "import { A } from '../a/a.ts'\n\nexport const build = () => ({ services: { keys: new A() } })\n",
  'src/renderer/app/doors.ts':
    "import { keysDoor } from '../features/keys/keys-door.tsx'\n\nconst doors = [keysDoor] as const\n",
}

function project(files: Record<string, string> = lists): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-new-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

test('a feature has a file in each place, all of them free of syntax errors and placeholders', () => {
  const skeleton = skeletonOf('gpu-jobs', project())
  expect([...skeleton.keys()].filter(path => !(path in lists))).toEqual([
    'src/shared/contract/gpu-jobs.ts',
    'src/main/gpu-jobs/gpu-jobs-service.ts',
    'src/main/gpu-jobs/gpu-jobs-service.test.ts',
    'src/renderer/mirrors/gpu-jobs.ts',
    'src/renderer/mirrors/gpu-jobs.test.ts',
    'src/renderer/features/gpu-jobs/gpu-jobs-page.tsx',
    'src/renderer/features/gpu-jobs/gpu-jobs-door.tsx',
    'e2e/gpu-jobs.spec.ts',
  ])
  for (const [fileName, text] of skeleton) {
    const { diagnostics } = ts.transpileModule(text, {
      fileName,
      reportDiagnostics: true,
      compilerOptions: { jsx: ts.JsxEmit.ReactJSX, target: ts.ScriptTarget.ESNext },
    })
    expect(diagnostics?.map(({ messageText }) => `${fileName}: ${String(messageText)}`)).toEqual([])
    expect(text).not.toMatch(/__\w+__/)
  }
})

test('a feature is added to every list of features', () => {
  const skeleton = skeletonOf('gpu-jobs', project())
  const lines = (path: string) => skeleton.get(path)?.split('\n')
  expect(lines('src/shared/contract/contract.ts')).toContain("import { gpuJobs } from './gpu-jobs.ts'")
  expect(skeleton.get('src/shared/contract/contract.ts')).toMatch(/contract = \{ gpuJobs,\s*keys \}/)
  expect(skeleton.get('src/main/wiring/services.ts')).toContain('gpuJobs: new GpuJobsService()')
  expect(skeleton.get('src/renderer/app/doors.ts')).toMatch(/\[gpuJobsDoor,\s*keysDoor\] as const/)
})

test.each(['GpuJobs', 'gpu_jobs', '-jobs', '1st', '../jobs', ''])('the name %o is rejected', name => {
  expect(() => skeletonOf(name, project())).toThrow('kebab-case')
})

test('a name that is taken is rejected', () => {
  const taken = project({ ...lists, 'src/shared/contract/gpu-jobs.ts': 'export {}' })
  expect(() => skeletonOf('gpu-jobs', taken)).toThrow('src/shared/contract/gpu-jobs.ts')
})
