import { join } from 'node:path'

import log from 'electron-log/node.js'

/** Where the program writes down what happened to it. */
export interface Log {
  readonly info: (text: string) => void
  readonly bug: (where: string, error: unknown) => void
}

/** Bugs and start-up facts, in the data folder's logs; rotated at 1 MB. Secrets never reach it: only codes, names and stacks of our own do. */
export function openLog(dataFolder: string): Log {
  log.transports.file.resolvePathFn = () => join(dataFolder, 'logs', 'main.log')
  log.transports.file.maxSize = 1024 * 1024
  log.transports.console.level = false
  return {
    info: text => log.info(text),
    bug: (where, error) => log.error(where, error instanceof Error ? (error.stack ?? error.message) : String(error)),
  }
}
