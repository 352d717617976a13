/**
 * Removes fields that name files from a mailto URL: some mail programs attach the file at such a path (RFC 6068, 4 and
 * 7, warn of unsafe fields). Every other URL is unchanged.
 */
export function withoutAttachments(url: URL): URL {
  if (url.protocol !== 'mailto:') return url
  const fields = url.search.slice(1).split('&')
  const kept = fields.filter(field => !/^(?:x-)?(?:mozilla-)?attach/i.test(decoded(field.split('=')[0] ?? '').trim()))
  const safe = new URL(url)
  safe.search = kept.join('&')
  return safe
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
