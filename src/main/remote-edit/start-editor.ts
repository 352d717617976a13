import { execFile, spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'

import { AppError } from '../../shared/base/errors.ts'
import { chooseEditor, type EditorComputer } from './choose-editor.ts'
import type { Launch } from './editor-command.ts'

const askMs = 3_000

/** Opens a local file in a text editor; resolves once that has started. Errors: those of `chooseEditor`. */
export async function startEditor(path: string, command: string, env: NodeJS.ProcessEnv): Promise<void> {
  await start(await chooseEditor(path, command, thisComputer(env)))
}

function start({ program, args, verbatim }: Launch): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      shell: false,
      detached: true,
      stdio: 'ignore',
      ...(verbatim ? { windowsVerbatimArguments: true, windowsHide: true } : {}),
    })
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
    child.once('error', cause => {
      const text = `Couldn’t start the editor ${program}. Choose another editor in Settings > Files.`
      reject(new AppError('not-found', text, { cause }))
    })
  })
}

function thisComputer(env: NodeJS.ProcessEnv): EditorComputer {
  return {
    platform: process.platform,
    env,
    home: homedir(),
    isProgram: async path => {
      try {
        await access(path, constants.X_OK)
        return (await stat(path)).isFile()
      } catch {
        return false
      }
    },
    readText: path => readFile(path, 'utf8').catch(() => null),
    ask: (program, args) =>
      new Promise(resolve => {
        execFile(program, args, { timeout: askMs, maxBuffer: 65_536, env }, (error, stdout) =>
          resolve(error ? '' : stdout),
        )
      }),
  }
}
