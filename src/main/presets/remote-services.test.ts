import { expect, test } from 'vitest'

import { builtInPresets } from '../../shared/contract/presets.ts'
import { findService, parseJupyterServers, presetOf, recognise } from './remote-services.ts'

const running: readonly [string, string][] = [
  ['jupyter', '/usr/bin/python3 /usr/bin/jupyter-notebook --no-browser'],
  ['jupyter', '/opt/conda/bin/python /opt/conda/bin/jupyter-lab --ip=0.0.0.0 --port=8899'],
  ['jupyter', 'python -m jupyterlab'],
  ['tensorboard', '/home/ada/venv/bin/python /home/ada/venv/bin/tensorboard --logdir=runs --port 6007'],
  ['streamlit', '/usr/bin/python3 /usr/local/bin/streamlit run app.py'],
  ['streamlit', 'python3 -m streamlit run dash.py --server.port 8502'],
  ['ray', '/usr/bin/python -u /site-packages/ray/dashboard/dashboard.py --host=127.0.0.1 --port=8265'],
  ['mlflow', '/usr/bin/python3 /usr/local/bin/mlflow ui --port 5001'],
  ['mlflow', '/usr/bin/python3 /usr/local/bin/gunicorn -b 127.0.0.1:5000 -w 4 mlflow.server:app'],
  ['dask', '/usr/bin/python3 /usr/local/bin/dask-scheduler'],
  ['vllm', '/usr/bin/python3 -m vllm.entrypoints.openai.api_server --model x'],
  ['vllm', '/usr/bin/python3 /usr/local/bin/vllm serve meta-llama/x'],
  ['code-server', '/usr/lib/code-server/lib/node /usr/lib/code-server --bind-addr 127.0.0.1:8080'],
  ['rstudio', '/usr/lib/rstudio-server/bin/rserver'],
  ['optuna', '/usr/bin/python3 /usr/local/bin/optuna-dashboard sqlite:///db'],
  ['aim', '/usr/bin/python3 /usr/local/bin/aim up'],
  ['prometheus', '/usr/bin/prometheus --config.file=/etc/prometheus.yml'],
  ['grafana', '/usr/share/grafana/bin/grafana server'],
  ['postgresql', '/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql'],
  ['mysql', '/usr/sbin/mariadbd'],
  ['redis', '/usr/bin/redis-server 127.0.0.1:6379'],
  ['http', 'python3 -m http.server 8000'],
  ['spark', '/usr/bin/java -cp x org.apache.spark.deploy.SparkSubmit --master local'],
]

test.each(running)('%s is recognised by %s', (id, process) => {
  const port = { port: 12_345, pid: 1, process, uid: 1000, loopback: true }
  expect(presetOf(port, builtInPresets)?.id).toBe(id)
})

test('an editor with the word in a file’s name is not the service', () => {
  for (const process of [
    'vim notes-on-tensorboard.md',
    'less jupyter.log',
    'tail -f /var/log/mlflow/x.log',
    'sshd: ada@pts/1',
  ])
    expect(
      presetOf({ port: 9, pid: 1, process, uid: 1000, loopback: true }, builtInPresets)?.id ?? null,
      process,
    ).toBeNull()
})

test('a service is found by its process on any port, by its usual port if the process is hidden, otherwise not at all', () => {
  const preset = builtInPresets.find(({ id }) => id === 'tensorboard')
  if (!preset) throw new Error('no preset')
  const hidden = { port: 6006, pid: null, process: '', uid: 1000, loopback: true }
  const other = { port: 6006, pid: 5, process: 'python3 train.py', uid: 1000, loopback: true }
  const moved = {
    port: 7007,
    pid: 6,
    process: '/usr/bin/python3 /usr/bin/tensorboard --port 7007',
    uid: 1000,
    loopback: true,
  }
  expect(recognise(preset, [hidden], false)?.port).toBe(6006)
  expect(recognise(preset, [hidden], true)).toBeNull()
  expect(recognise(preset, [other], false)).toBeNull()
  expect(recognise(preset, [other, moved], false)?.port).toBe(7007)
})

test('Jupyter’s own files name port, base and token; one that outlived its server is ignored', () => {
  const jupyter = builtInPresets.find(({ id }) => id === 'jupyter')
  if (!jupyter) throw new Error('no preset')
  const servers = parseJupyterServers(
    '@server\n{"port": 8890, "token": "gone", "base_url": "/"}\n@server\n{"port": 8889, "token": "a+b", "base_url": "/lab/", "secure": true}\n@server\nnot json\n@server\n',
  )
  const ports = [{ port: 8889, pid: 1, process: 'x', uid: 1000, loopback: true }]
  expect(findService(jupyter, { ports, named: true, jupyter: servers })).toEqual({
    port: 8889,
    page: '/lab/?token=a%2Bb',
    secure: true,
  })
})
