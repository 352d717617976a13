/*
 * Names of users and hosts may come from a link, a file or a page of somebody else, and end in a command line. The rules
 * are those of valid_ruser and valid_hostname in OpenSSH's ssh.c, made stricter: no character that can't be seen, since
 * a person decides by what they see.
 */

// Controls, marks that hide or reorder text, halves of characters, and what fonts draw as nothing.
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u

/** True for a name that a user can have: nothing that a shell reads as more; a `$` only at its end, as Windows has it. */
export function isUserName(name: string): boolean {
  if (name === '' || /^[-@]/.test(name) || unseen.test(name) || /\s/.test(name)) return false
  return !/['`";&<>|(){}]|\$(?!$)|\\$/.test(name)
}

/** True for a host name or an address: nothing that a shell, a list or known_hosts reads as more. */
export function isHostName(name: string): boolean {
  if (name === '' || name.startsWith('-') || unseen.test(name) || /\s/.test(name)) return false
  // A slash or a lone colon would read as a way or a port in known_hosts; colons are an IPv6 address's, with its zone.
  if (name.includes(':') && !/^\[?(?=(?:[^:]*:){2})[0-9a-f:.]+(%[\w.-]+)?\]?$/i.test(name)) return false
  return !/['`"$\\;&<>|(){},*?!#@/]/.test(name)
}

/** True for a value that stays one plain word, or several, wherever a shell's command line holds it. */
export function isPlainForShell(value: string): boolean {
  return (
    !value.startsWith('-') && /^([\p{L}\p{M}\p{N}_.:@%+\-[\]/~]|\\(?!$)| (?!-))*$/u.test(value) && !unseen.test(value)
  )
}
