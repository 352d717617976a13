import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Returns the data and SSH folders: HAWSER_DATA_DIR and HAWSER_SSH_DIR override the platform's folder and ~/.ssh. */
export function folders(env: NodeJS.ProcessEnv, platformFolder: string): { data: string; ssh: string } {
  const [data, ssh] = [env['HAWSER_DATA_DIR'], env['HAWSER_SSH_DIR']]
  return {
    data: data ? resolve(data) : platformFolder,
    ssh: ssh ? resolve(ssh) : join(homedir(), '.ssh'),
  }
}
