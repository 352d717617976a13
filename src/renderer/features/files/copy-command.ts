import { shellQuote } from '../../ui/shell-quote.ts'

/** The command that copies files here by hand; on this computer, the one that sends them somewhere. Pure. */
export function copyCommands(
  program: 'scp' | 'rsync',
  { paths, address }: { paths: readonly string[]; address: { login: string; port: number | null } | null },
): string {
  const port = address?.port ?? null
  const flags =
    program === 'scp'
      ? ['-r', ...(port === null ? [] : ['-P', String(port)])]
      : ['-avz', '--partial', ...(port === null ? [] : ['-e', shellQuote(`ssh -p ${port}`)])]
  const sources = paths.map(path => shellQuote(address ? `${bracketed(address.login)}:${path}` : path))
  return [program, ...flags, ...sources, address ? '.' : 'user@host:'].join(' ')
}

// The colons of an IPv6 address would end the host's name.
function bracketed(login: string): string {
  const at = login.lastIndexOf('@')
  const address = login.slice(at + 1)
  return address.includes(':') ? `${login.slice(0, at + 1)}[${address}]` : login
}
