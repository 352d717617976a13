import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import a11y from 'eslint-plugin-jsx-a11y-x'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

import { fileNames } from './scripts/lint/file-names.mjs'
import { importZones } from './scripts/lint/layers.mjs'

const restricted = (...names) => ['error', { paths: names }]
const onlyIn = (name, where) => ({ name, message: `${name} only in ${where}` })
const electron = ['electron', 'electron/main', 'electron/renderer', 'electron/common'].map(name =>
  onlyIn(name, 'main/app, main/ipc, main.ts and preload'),
)
const keytar = onlyIn('keytar', 'storage/keychain')
const ssh2 = onlyIn('ssh2', 'main/ssh and src/testing')

const syntax = [
  { selector: 'TSEnumDeclaration', message: 'Use a string union.' },
  {
    selector: "NewExpression[callee.name='Client']",
    message: 'Only an attempt and the host key scan make an ssh2 Client.',
  },
]
/** The main process carries SSH: while it waits, every connection stands still. */
const waiting = [
  {
    selector: "MemberExpression[object.name='dialog'][property.name=/Sync$|^showErrorBox$/]",
    message: 'A question must not stop the main process: use dialog.showMessageBox.',
  },
  {
    selector: 'ImportDeclaration[source.value=/^(node:)?child_process$/] ImportSpecifier[imported.name=/Sync$/]',
    message: 'A program must not stop the main process: use execFile or spawn.',
  },
]
const dragging = [
  {
    selector: "ImportDeclaration[source.value=/pragmatic-drag-and-drop/] ImportSpecifier[imported.name='draggable']",
    message: 'Use dragSource of ui/drag-source: without an image of its own a large element ends the renderer.',
  },
  { selector: "JSXAttribute[name.name='draggable']", message: 'Use dragSource of ui/drag-source.' },
]

export default tseslint.config(
  { ignores: ['out/**', 'dist/**', 'node_modules/**', 'test-results/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.tsx', '.mts', '.js', '.mjs'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx', '.mts'] },
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['src/*/tsconfig.json', 'e2e/tsconfig.json'],
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-params': ['error', 3],
      'no-control-regex': 'error',
      'no-console': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': ['error', ...syntax],
      'no-restricted-properties': [
        'error',
        {
          property: 'openPath',
          message: 'The program that belongs to a file may run it: remote-edit/start-editor opens text editors only.',
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}', 'src/testing/**'],
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: importZones() }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-imports': restricted(...electron, keytar, ssh2),
    },
  },
  // What only the types show: a promise that nobody waits for, a case that nobody handles.
  {
    files: ['src/{shared,preload,main,renderer}/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}'],
    languageOptions: {
      parserOptions: {
        project: ['shared', 'preload', 'main', 'renderer'].map(name => `src/${name}/tsconfig.json`),
        tsconfigRootDir: dirname(fileURLToPath(import.meta.url)),
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // One list of all services: it grows by a line with each feature, not by an idea.
    files: ['src/main/wiring/services.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['{src,e2e,bench,scripts}/**/*.{ts,tsx,mts,mjs}'],
    plugins: { own: { rules: { 'file-names': fileNames } } },
    rules: { 'own/file-names': 'error' },
  },
  {
    files: ['src/shared/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(?!\\.|zod$)', message: 'shared is pure: zod and its own files only' }] },
      ],
    },
  },
  {
    files: ['src/main/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, ...waiting] },
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    ignores: ['src/renderer/ui/drag-source.ts'],
    rules: { 'no-restricted-syntax': ['error', ...syntax, ...dragging] },
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['src/renderer/**/*.tsx'],
    plugins: { 'jsx-a11y-x': a11y },
    rules: {
      ...a11y.configs.recommended.rules,
      // What scrolls must be reachable by the keyboard (axe: scrollable-region-focusable).
      'jsx-a11y-x/no-noninteractive-tabindex': 'off',
    },
  },
  // A view is a function that is mostly markup.
  {
    files: ['src/renderer/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 150, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['src/main/app/**', 'src/main/ipc/**', 'src/main/main.ts', 'src/preload/**'],
    rules: { 'no-restricted-imports': restricted(keytar, ssh2) },
  },
  {
    files: ['src/main/ssh/**'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-imports': restricted(...electron, keytar) },
  },
  { files: ['src/main/ssh/{attempt,host-key-scan}.ts'], rules: { 'no-restricted-syntax': ['error', ...waiting] } },
  { files: ['src/main/storage/keychain.ts'], rules: { 'no-restricted-imports': restricted(...electron, ssh2) } },
  {
    files: ['e2e/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '\\.\\./src', message: 'e2e imports nothing from src' }] },
      ],
    },
  },
  { files: ['*.config.{ts,js}', '**/*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
)
