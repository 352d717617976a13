/** The `ssh://` or `sftp://` address among a program's arguments, if there is one. */
export function outsideAddress(args: readonly string[]): string | undefined {
  return args.find(arg => /^(ssh|sftp):\/\/[^\s]{1,1024}$/i.test(arg))
}
