const longestFolder = 4096

/**
 * The path of a file URL (`file://host/some/folder`), as shells send it with OSC 7; null for anything else. It comes from
 * a program, so it may only be used as a path to show.
 */
export function folderOf(data: string): string | null {
  const [, path] = /^file:\/\/[^/]*(\/.*)$/s.exec(data.slice(0, longestFolder * 3)) ?? []
  if (path === undefined) return null
  try {
    const decoded = decodeURIComponent(path)
    return decoded.length <= longestFolder && !/\p{Cc}/u.test(decoded) ? decoded : null
  } catch {
    return null
  }
}
