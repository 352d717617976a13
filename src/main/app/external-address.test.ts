import { describe, expect, it } from 'vitest'

import { parseQuickConnect } from '../../renderer/features/hosts/quick-connect.ts'
import { externalAddress, whyRefused } from './external-address.ts'

const letters = [
  '$(touch${IFS}x)',
  '$HOME',
  '${IFS}',
  '`id`',
  'a;b',
  'a&b',
  'a|b',
  'a<b',
  'a>b',
  'a{b',
  'a}b',
  'a(b',
  'a)b',
]
const quotes = ["a'b", 'a"b', 'a\\']
const unseen = [
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\u00ad',
  '\ufeff',
  '\u0000',
  '\u001b',
  '\u007f',
  '\u2028',
  '\ue000',
]
const encoded = [
  '%24(x)',
  '%60id%60',
  '%0Aid',
  '%E2%80%AEmoc',
  '%00',
  '%5C',
  '-oProxyCommand=x',
  '%2DoProxyCommand=x',
  '@a',
]

const users = [...letters, ...quotes, ...unseen.map(mark => `a${mark}b`), ...encoded]
const hosts = [
  ...letters.filter(each => !each.includes('#')),
  ...quotes,
  ...unseen.map(mark => `a${mark}b`),
  '-x',
  'a,b',
  'a*',
  'a\\b',
]

describe('an address from another program', () => {
  it.each([...users.map(user => `ssh://${user}@build.example`), ...hosts.map(host => `ssh://ada@${host}`)])(
    'is refused before any question: %s',
    url => {
      const found = externalAddress(['hawser', url])
      // A browser or desktop may pass it in any form; a URL that isn't found at all is rejected too.
      if (found !== undefined)
        expect(whyRefused(found)).toMatch(/^Couldn’t open an address from another program\. .*\.$/)
      expect(parseQuickConnect(url).kind).toBe('wrong')
    },
  )

  it.each([
    ['ssh://ada@build.example', 'ada', 'build.example'],
    ['ssh://ada.lovelace@build.example:2222/', 'ada.lovelace', 'build.example'],
    ['ssh://ada@corp.example@build.example', 'ada@corp.example', 'build.example'],
    ['ssh://ada%40corp.example@build.example', 'ada@corp.example', 'build.example'],
    ['ssh://CORP%5Cada@build.example', 'CORP\\ada', 'build.example'],
    ['ssh://svc%24@build.example', 'svc$', 'build.example'],
    ['ssh://jos%C3%A9@b%C3%BCro.example', 'josé', null],
    ['ssh://ada+ci_1@[2001:db8::1]:22', 'ada+ci_1', '2001:db8::1'],
    ['sftp://10.0.0.4', null, '10.0.0.4'],
    ['ssh://ada;fingerprint=x@build.example', 'ada', 'build.example'],
    ['scp://ada@build.example/x', 'ada', 'build.example'],
  ])('may be asked about: %s', (url, user, host) => {
    expect(whyRefused(externalAddress([url]) as string)).toBeNull()
    const read = parseQuickConnect(url)
    expect(read).toMatchObject({ kind: 'address', target: { user } })
    if (host !== null) expect(read).toMatchObject({ target: { address: host } })
  })

  it('is asked about without the password in it', () => {
    expect(externalAddress(['hawser', 'sftp://ada:s3cret@build.example/x'])).toBe('sftp://ada@build.example/x')
    expect(whyRefused('ssh://ada:s3cret@build.example:x')).not.toContain('s3cret')
  })
})
