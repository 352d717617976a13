import { join } from 'node:path'

/** Returns the path of OpenSSH's system-wide configuration. */
export function systemConfigPath(): string {
  if (process.platform !== 'win32') return '/etc/ssh/ssh_config'
  return join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'ssh', 'ssh_config')
}
