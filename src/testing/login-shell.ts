import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Lines for sshd_config that give the user another login shell: commands go through `shell`, a command line such as
 * `fish -c "$line"`; files are served as ever.
 */
export function withLoginShell(folder: string, shell: string): readonly string[] {
  const program = join(folder, 'login-shell')
  const script = `#!/bin/bash
line="$SSH_ORIGINAL_COMMAND"
case "$line" in internal-sftp*) exec $(command -v /usr/lib/openssh/sftp-server /usr/libexec/sftp-server | head -n 1);; esac
${shell}
`
  writeFileSync(program, script)
  chmodSync(program, 0o755)
  return ['Subsystem sftp internal-sftp', `ForceCommand ${program}`]
}
