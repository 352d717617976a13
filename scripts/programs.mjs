// The programs that tests use, with the Debian package of each. Setup installs them from this list, and a test that
// lacks one of them is skipped by name, so add new programs here first.
import { existsSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import process from 'node:process'

/** Programs of the unit tests, by Debian package. */
export const unitPrograms = /** @type {const} */ ({
  'openssh-server': ['sshd'],
  'openssh-sftp-server': ['/usr/lib/openssh/sftp-server'],
  'openssh-client': ['ssh', 'ssh-keygen', 'ssh-agent', 'ssh-add', 'sftp', 'scp'],
  'putty-tools': ['puttygen'],
  'dropbear-bin': ['dropbear', 'dropbearkey'],
  'netcat-openbsd': ['nc'],
  bash: ['bash', 'rbash'],
  fish: ['fish'],
  zsh: ['zsh'],
  tcsh: ['tcsh'],
  busybox: ['busybox'],
  tmux: ['tmux'],
  screen: ['screen'],
  python3: ['python3'],
  'python3-asyncssh': ['/usr/lib/python3/dist-packages/asyncssh'],
  'python3-paramiko': ['/usr/lib/python3/dist-packages/paramiko'],
  'proftpd-core': ['proftpd'],
  'proftpd-mod-crypto': ['/usr/lib/proftpd/mod_sftp.so'],
  git: ['git'],
  procps: ['ps', 'pgrep', 'pkill'],
  mount: ['mount', 'umount'],
  'util-linux': ['unshare', 'setsid', 'setpriv'],
  'libc-bin': ['getent'],
  openssl: ['openssl'],
  curl: ['curl'],
  zip: ['zip'],
  unzip: ['unzip'],
  'xz-utils': ['xz'],
  bzip2: ['bzip2'],
  iproute2: ['ss', 'ip'],
  netbase: ['/etc/services'],
  acl: ['getfacl', 'setfacl'],
})

/** Additional programs of the end-to-end tests. */
export const windowPrograms = /** @type {const} */ ({
  vim: ['vim'],
  less: ['less'],
  htop: ['htop'],
  vttest: ['vttest'],
  sudo: ['sudo'],
  'jupyter-notebook': ['jupyter-notebook'],
})

/** Programs that the benchmarks compare with or use to emulate networks. */
export const benchPrograms = /** @type {const} */ ({
  rsync: ['rsync'],
  gcc: ['gcc'],
  curl: ['curl'],
  iproute2: ['ip'],
  procps: ['sysctl'],
})

/**
 * The full path of a program; undefined where it isn't installed. An absolute path, such as that of a Python package,
 * stands for itself. These are Unix programs, so on Windows none is found, not even one of the same name.
 * @param {string} name
 */
export function findProgram(name) {
  if (process.platform === 'win32') return undefined
  if (isAbsolute(name)) return existsSync(name) ? name : undefined
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/sbin']
  return folders.map(folder => join(folder, name)).find(path => existsSync(path))
}

/** Returns the Debian package of a program; its own name if not listed. @param {string} program */
export function packageOf(program) {
  const all = [unitPrograms, windowPrograms, benchPrograms].flatMap(each => Object.entries(each))
  const isIt = (/** @type {string} */ each) => each === program || each === basename(program)
  return all.find(([, programs]) => programs.some(isIt))?.[0] ?? program
}
