import fc from 'fast-check'
import { expect, test } from 'vitest'

import { processName } from './process-name.ts'

test.each([
  ['/usr/bin/python3 demo.py --share', 'python3 demo.py'],
  ['/opt/conda/bin/python /opt/conda/bin/jupyter-lab --ip=0.0.0.0 --port=8888', 'python jupyter-lab --port 8888'],
  ['python -u -m http.server 8888', 'python -m http.server'],
  ['node /srv/app/server.js --token hunter2', 'node server.js'],
  ['node --token hunter2 server.js', 'node'],
  ['python3 -c import(secret)', 'python3'],
  ['python3 hunter2', 'python3'],
  ['java -Dpassword=hunter2 -jar x.jar', 'java'],
  ['tensorboard --logdir runs --port 8888 --auth abc', 'tensorboard --port 8888'],
  ['mysqld -p 12345 --port 3306', 'mysqld'],
  ['nginx: master process', 'nginx'],
  ['env TOKEN=hunter2 serve', 'env'],
  ['TOKEN=hunter2 serve', ''],
  ['postgres://u:pw@db/x', ''],
  ['sk-proj-Abcdefgh12345678', ''],
  ['', ''],
])('%s is shown as %j', (process, shown) => {
  expect(processName(process, 8888)).toBe(shown)
})

test('no secret is shown, in whatever form a program receives it', () => {
  const secret = fc
    .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_~+/=-]{11,47}$/)
    .filter(text => /\d/.test(text) && /[A-Za-z]/.test(text))
  const told = fc.tuple(
    secret,
    fc.constantFrom(
      (it: string) => ['-p', it],
      (it: string) => [`-p${it}`],
      (it: string) => ['--password', it],
      (it: string) => [`--password=${it}`],
      (it: string) => [`--header=Authorization: Bearer ${it}`],
      (it: string) => ['-H', 'Authorization:', 'Bearer', it],
      (it: string) => [`postgres://u:${it}@db.example/x`],
      (it: string) => [`https://${it}@example.org/`],
      (it: string) => [`TOKEN=${it}`],
      (it: string) => [`sk-${it}`],
      (it: string) => ['--port', it],
      (it: string) => [`--port=${it}`],
      (it: string) => ['-c', it],
      (it: string) => ['-m', `--${it}`],
      (it: string) => [it],
    ),
  )
  const program = fc.constantFrom(
    '/usr/bin/python3 app.py',
    'python3 -u',
    'node server.js',
    'vllm serve',
    'psql',
    'env',
  )
  fc.assert(
    fc.property(program, fc.array(told, { minLength: 1, maxLength: 4 }), (start, secrets) => {
      const process = `${start} ${secrets.flatMap(([it, form]) => form(it)).join(' ')}`
      const shown = processName(process, 8888)
      for (const [it] of secrets) expect(shown).not.toContain(it)
    }),
    { numRuns: Number(globalThis.process.env['HAWSER_PROPERTY_RUNS'] ?? 300) },
  )
})
