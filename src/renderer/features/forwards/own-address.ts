/** The port and page of a web address that names the machine itself. */
export interface OwnPage {
  readonly port: number
  /** Path, query and fragment. */
  readonly path: string
  readonly secure: boolean
}

// Names of the loopback interface as in RFC 6761 (6.3) and in the hosts files of common systems, and its addresses:
// 127.0.0.0/8, ::1, the unspecified ones, and IPv4 within IPv6 (RFC 4291, 2.5.5.2) as URLs write it.
const ownName =
  /^(?:(?:[^.]+\.)*localhost|localhost\.localdomain|localhost[46](?:\.localdomain[46])?|ip6-localhost|ip6-loopback)\.?$/
const ownNumber = /^(?:127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|\[::(?:ffff:)?(?:7f[0-9a-f]{2}:[0-9a-f]{1,4}|0:0)\])$/

/**
 * The port and page of an http or https address that names the machine it was printed on (`localhost`, 127.0.0.1, ::1 and
 * the like); null for every other address.
 */
export function ownPage(address: string): OwnPage | null {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return null
  }
  if (!/^https?:$/.test(url.protocol) || !(ownName.test(url.hostname) || ownNumber.test(url.hostname))) return null
  const secure = url.protocol === 'https:'
  return {
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}${url.hash}`,
    secure,
  }
}
