/*
 * User and host names may come from links, files or web pages, and end up in command lines. The rules are those of
 * valid_ruser and valid_hostname in OpenSSH's ssh.c, made stricter: invisible characters are not allowed, since people
 * decide by what they see.
 */

// Control characters, marks that hide or reorder text, lone surrogates, and characters that fonts draw as nothing.
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u

/** True for a valid user name: no shell metacharacters; `$` only at its end, as on Windows. */
export function isUserName(name: string): boolean {
  if (name === '' || /^[-@]/.test(name) || unseen.test(name) || /\s/.test(name)) return false
  return !/['`";&<>|(){}]|\$(?!$)|\\$/.test(name)
}

/** True for a valid host name or address: nothing that is special in a shell, a list or known_hosts. */
export function isHostName(name: string): boolean {
  if (name === '' || name.startsWith('-') || unseen.test(name) || /\s/.test(name)) return false
  // A slash or a single colon would look like a route or port in known_hosts; colons belong to an IPv6 address, with
  // its zone.
  if (name.includes(':') && !/^\[?(?=(?:[^:]*:){2})[0-9a-f:.]+(%[\w.-]+)?\]?$/i.test(name)) return false
  return !/['`"$\\;&<>|(){},*?!#@/]/.test(name)
}

/** True for a value that stays plain words anywhere in a shell's command line. */
export function isPlainForShell(value: string): boolean {
  return (
    !value.startsWith('-') && /^([\p{L}\p{M}\p{N}_.:@%+\-[\]/~]|\\(?!$)| (?!-))*$/u.test(value) && !unseen.test(value)
  )
}
