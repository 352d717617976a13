import { expect, test } from 'vitest'

import { isHostName } from './ssh-names.ts'

test.each(['gpu-box.example', 'gpu_box', '10.0.0.5', '::1', '2001:db8::7', 'fe80::1%eth0', 'bücher.example'])(
  '%s is a host name or an address',
  name => expect(isHostName(name)).toBe(true),
)

test.each(['10.0.0.5/via/bastion:22', 'bank.example/x', 'host:22', 'a:b', '-oProxyCommand', 'a b', 'a*', ''])(
  '%s is none',
  name => expect(isHostName(name)).toBe(false),
)
