// \\host\share and //host/share reach another computer, \\?\ and \\.\ a device or a name that is not looked at.
const twoSlashes = /^[\\/]{2}/
// The kernel's own spelling of the same.
const kernelPath = /^[\\/]\?\?[\\/]/
// The devices of DOS are in every folder of Windows, with any ending, and with a colon.
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])(?:[ .:]|$)/i

/** True for a path that names another computer (with Windows' signing in to it), in any of its spellings. */
export function isNetworkOrDevicePath(path: string): boolean {
  return twoSlashes.test(path) || kernelPath.test(path)
}

/** True for a path that Windows may open as something else than a file of this computer. */
export function isUnsafeOnWindows(path: string): boolean {
  const names = path.split(/[\\/]/)
  // A colon past the drive's names a stream.
  return isNetworkOrDevicePath(path) || names.some((name, at) => device.test(name) || (at > 0 && name.includes(':')))
}

/** True for a name that is a device in every folder of Windows, whatever its ending. */
export function isDeviceName(name: string): boolean {
  return device.test(name)
}
