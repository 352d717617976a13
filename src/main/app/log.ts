import { join } from 'node:path'

import log from 'electron-log/node.js'

/** The program's log. */
export interface Log {
  readonly info: (text: string) => void
  readonly bug: (where: string, error: unknown) => void
}

/**
 * Writes errors and startup facts to the logs in the data folder; rotated at 1 MB. Secrets never reach it: it only
 * contains codes, names and stack traces.
 */
export function openLog(dataFolder: string): Log {
  log.transports.file.resolvePathFn = () => join(dataFolder, 'logs', 'main.log')
  log.transports.file.maxSize = 1024 * 1024
  log.transports.console.level = false
  return {
    info: text => log.info(text),
    bug: (where, error) => log.error(where, error instanceof Error ? (error.stack ?? error.message) : String(error)),
  }
}
