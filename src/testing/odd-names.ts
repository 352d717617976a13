import fc from 'fast-check'

/** Unusual file names of users and attackers: each piece is special in some shell. */
export const oddName: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...`'"\\$\`!#;&|()<>{}[]*?~=%^\n\t\r @-`.split('')) },
      fc.constantFrom(
        "\\' ; touch PWNED ; echo \\'",
        'a\ntouch PWNED\n',
        '$(touch PWNED)',
        '`touch PWNED`',
        "';touch PWNED;'",
        '";touch PWNED;"',
        "'\\''",
        '\\n',
        '\\0101',
        '${HOME}',
        '$HOME',
        '%d',
        '%HOME%',
        '{a,b}',
        '~root',
        '-rf',
        '!!',
        '!$',
        '\u0001',
        '\u007f',
        '\u009b',
        '\x1b[31m',
        '\udcff',
        '\udc80\udcfe',
        '’',
        '“',
        'ü',
        '漢',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    ),
    { maxLength: 10 },
  )
  // Listed names contain no other lone surrogates, and none that would form valid UTF-8 together.
  .map(pieces =>
    pieces
      .join('')
      .replace(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udc7f\udd00-\udfff]/g, ''),
  )
