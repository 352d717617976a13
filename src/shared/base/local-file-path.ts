// \\host\share and //host/share reach another computer, \\?\ and \\.\ a device or an unparsed name.
const twoSlashes = /^[\\/]{2}/
// The kernel's own spelling of the same.
const kernelPath = /^[\\/]\?\?[\\/]/
// DOS devices exist in every Windows folder, with any extension, and with a colon.
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?:[ .:]|$)/i

/** True for a path on another computer (to which Windows would sign in), in any spelling. */
export function isNetworkOrDevicePath(path: string): boolean {
  return twoSlashes.test(path) || kernelPath.test(path)
}

/** True for a path that Windows may open as something other than a local file. */
export function isUnsafeOnWindows(path: string): boolean {
  const names = path.split(/[\\/]/)
  // A colon after the drive's names an alternate data stream.
  return isNetworkOrDevicePath(path) || names.some((name, at) => device.test(name) || (at > 0 && name.includes(':')))
}

/** True for the name of a device in every Windows folder, whatever its extension. */
export function isDeviceName(name: string): boolean {
  return device.test(name)
}
