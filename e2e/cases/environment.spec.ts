import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, needs, terminal, test, trust } from '../fixtures.ts'

test('started by a desktop, a ProxyCommand is found on the PATH of the login shell, or its folders are named', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  needs('bash')
  trust(sshDir, sshd.port, sshd.hostKey)
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  const tunnel = '#!/bin/bash\nexec 3<>/dev/tcp/$1/$2\ncat <&3 &\ncat >&3\n'
  writeFileSync(join(programs, 'my-tunnel'), tunnel, { mode: 0o755 })
  writeFileSync(join(folder, '.bashrc'), `echo noise\nexport PATH="${programs}:$PATH"\n`)
  writeFileSync(join(folder, '.bash_profile'), '. ~/.bashrc\n')
  const lines = (name: string, program: string) => [
    `Host ${name}`,
    '  HostName 127.0.0.1',
    `  Port ${sshd.port}`,
    `  User ${sshd.user}`,
    `  IdentityFile ${sshd.folder}/id`,
    `  ProxyCommand ${program} %h %p`,
  ]
  writeFileSync(
    join(sshDir, 'config'),
    [...lines('found', 'my-tunnel'), ...lines('lost', 'no-tunnel'), ''].join('\n'),
    {
      mode: 0o600,
    },
  )
  const desktop = { TERM: '', SHELL: '/bin/bash', PATH: '/usr/bin:/bin' }
  const { page } = await launch({ env: desktop })
  for (const name of ['found', 'lost']) {
    await page.getByRole('button', { name, exact: true }).click()
    const question = page.getByRole('alertdialog', { name: `Run a command for ${name}?` })
    await question.getByRole('button', { name: 'Run command' }).click()
    if (name === 'found') await terminal(page, name).prompt()
    else await expect(terminal(page, name).region.getByRole('alert')).toContainText(programs)
    await page.getByRole('tab', { name: 'Home' }).click()
  }
})
