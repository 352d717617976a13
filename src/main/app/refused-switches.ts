// These switches open the page or the main process to a debugger, start other programs, or lift the page's
// restrictions.
const refused = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'inspect-wait',
  'js-flags',
  'load-extension',
  'disable-web-security',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'browser-subprocess-path',
]

/**
 * Returns the message to quit with if the program was started with an unsafe switch; null otherwise. Only for the
 * packaged program: tests and development use a debugger.
 */
export function refusedSwitch(hasSwitch: (name: string) => boolean): string | null {
  const name = refused.find(hasSwitch)
  return name === undefined
    ? null
    : `Hawser doesn’t start with --${name}, because that switch lets other programs control it.`
}
