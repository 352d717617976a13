import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Returns sshd_config lines that give the user another login shell: commands run through `shell`, a command line such
 * as `fish -c "$line"`; SFTP is unaffected.
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
