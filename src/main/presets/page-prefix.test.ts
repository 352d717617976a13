import { describe, expect, it } from 'vitest'

import { builtInPresets } from '../../shared/contract/presets.ts'
import { pageOf, pagePrefix } from './page-prefix.ts'
import { parseScan } from '../forwards/port-scan.ts'
import { findService, parseJupyterServers, portOfSomeoneElse } from './remote-services.ts'

const cases = [
  ['/usr/bin/python3 /opt/bin/tensorboard --logdir . --path_prefix /abc/def --port 6006', '/abc/def'],
  ['/usr/bin/python3 /opt/bin/tensorboard --logdir . --path_prefix=/abc/def/', '/abc/def'],
  ['python -m streamlit run app.py --server.baseUrlPath team/app', '/team/app'],
  ['python -m streamlit run app.py --server.baseUrlPath=/team/app/', '/team/app'],
  ['/usr/bin/python3 /opt/bin/mlflow ui --static-prefix /mlflow', '/mlflow'],
  ['dask scheduler --dashboard-prefix=dask', '/dask'],
  ['/bin/prometheus --web.external-url=https://x.example/prom/ --storage.tsdb.path=/data', '/prom'],
  ['/bin/prometheus --web.external-url https://x.example/prom --web.route-prefix=/here', '/here'],
  ['/bin/prometheus -web.external-url=http://x.example/prom', '/prom'],
  ['rserver --www-root-path=/rstudio', '/rstudio'],
  ['node /opt/code-server --abs-proxy-base-path /code', '/code'],
  ['code serve-web --server-base-path /vs', '/vs'],
  ['python app.py --gradio --root_path "/g"', '/g'],
  ['grafana server cfg:server.root_url=http://x/graf cfg:server.serve_from_sub_path=true', '/graf'],
  ['grafana server cfg:server.root_url=http://x/graf', ''],
  ['jupyter-lab --ServerApp.base_url=/user/me/', '/user/me'],
  ['tensorboard --path_prefix --port 6006', ''],
  ['tensorboard --path_prefix / --port 6006', ''],
  ['tensorboard --path_prefix /../x', ''],
  ['tensorboard --path_prefix javascript://x/y', ''],
  ['tensorboard --path_prefix /a?b#c', ''],
] as const

describe('the path below which a service serves its pages', () => {
  it.each(cases)('is read from its command line: %s', (process, prefix) => {
    expect(pagePrefix(process)).toBe(prefix)
  })

  it('stands before the page of the preset', () => {
    expect(pageOf('/status', 'dask scheduler --dashboard-prefix d')).toBe('/d/status')
    expect(pageOf('/', 'tensorboard')).toBe('/')
    expect(pageOf(null, 'redis --base-path /x')).toBeNull()
    const process = '/opt/bin/tensorboard --path_prefix /abc/def'
    const port = { port: 6006, loopback: true, pid: 1, process, user: null } as never
    const preset = builtInPresets.find(({ id }) => id === 'tensorboard') as (typeof builtInPresets)[number]
    expect(findService(preset, { ports: [port], named: true, jupyter: [] })).toMatchObject({ page: '/abc/def/' })
  })
})

describe('the usual port of a service', () => {
  const preset = (name: string) => builtInPresets.find(({ id }) => id === name) as (typeof builtInPresets)[number]
  const own = { port: 22222, loopback: true, pid: 7, process: 'python3 train.py', user: null } as never
  const hidden = { port: 8888, loopback: true, pid: null, process: '', user: null } as never
  const shown = { port: 8888, loopback: true, pid: 9, process: 'python3 -m http.server', user: null } as never

  it('is reported if a hidden process listens on it, and not used automatically', () => {
    expect(findService(preset('jupyter'), { ports: [own, hidden], named: true, jupyter: [] })).toBeNull()
    expect(findService(preset('jupyter'), { ports: [hidden], named: true, jupyter: [] })).toBeNull()
    expect(portOfSomeoneElse(preset('jupyter'), [own, hidden])).toBe(8888)
    expect(portOfSomeoneElse(preset('jupyter'), [own, shown])).toBeNull()
    expect(portOfSomeoneElse(preset('tensorboard'), [own, hidden])).toBeNull()
  })

  it('never takes the token of a server that ended to the one who listens on its port now', () => {
    const jupyter = parseJupyterServers(
      '@server\n{"port": 8888, "token": "mine", "pid": 812}\n@server\n{"port": 8888, "token": "mine"}\n',
    )
    expect(
      findService(preset('jupyter'), { ...parseScan('@ss\nLISTEN 0 9 127.0.0.1:8888 0.0.0.0:*\n'), jupyter }),
    ).toBeNull()
    const untold = parseScan('@netstat\ntcp4 0 0 127.0.0.1.8888 *.* LISTEN\n')
    expect(findService(preset('jupyter'), { ...untold, jupyter })?.page).toBe('/?token=mine')
  })
})
