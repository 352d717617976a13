import { z } from 'zod'

import { exactLine, line } from './text.ts'

export const presetId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'may only contain lowercase letters, digits and dashes')
export type PresetId = z.infer<typeof presetId>

export const presetIcon = z.enum([
  'notebook',
  'chart',
  'waves',
  'layout',
  'zap',
  'flask',
  'grid',
  'brain',
  'code',
  'database',
  'gauge',
  'pencil',
  'globe',
])
export type PresetIcon = z.infer<typeof presetIcon>

/** A regular expression as text; an invalid one is rejected. */
const pattern = exactLine(512).refine(text => {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}, 'must be a regular expression')

/** A service that people forward: how it is detected on the host, started, and opened. */
export const preset = z.strictObject({
  id: presetId,
  name: line(64).min(1),
  icon: presetIcon.default('globe'),
  /** Its default ports; the first is the usual one. */
  ports: z.array(z.int().min(1).max(65_535)).min(1).max(8),
  /**
   * `remote` forwards a local port to the host, as rmate needs; otherwise a port of the host is forwarded to this
   * computer.
   */
  kind: z.enum(['local', 'remote']).default('local'),
  /** A pattern for the arguments of its process, joined by spaces; null if it can't be detected. */
  process: pattern.nullable().default(null),
  /** The page to open in the browser; null if it isn't a web service, such as a database. */
  page: exactLine(1024).nullable().default('/'),
  /** How its token is found; `jupyter` reads Jupyter's own server files. */
  token: z.enum(['jupyter']).nullable().default(null),
  /** The command that starts it, with `{port}` for its port; null if Hawser can't start it. */
  start: exactLine(1024).nullable().default(null),
})
export type Preset = Readonly<z.output<typeof preset>>

const define = (input: z.input<typeof preset>): Preset => preset.parse(input)

/** The built-in services. To add one, add an entry; the user's own are saved with their forwards. */
export const builtInPresets: readonly Preset[] = [
  define({
    id: 'jupyter',
    name: 'Jupyter',
    icon: 'notebook',
    ports: [8888],
    process: String.raw`(^|[\s/])jupyter[- ](lab|notebook|server|labhub|nbclassic)\b|-m (jupyterlab|notebook|jupyter_server|jupyter lab)\b`,
    page: '/',
    token: 'jupyter',
    start: '$(command -v jupyter-lab || command -v jupyter-notebook) --no-browser --ip=127.0.0.1 --port={port}',
  }),
  define({
    id: 'tensorboard',
    name: 'TensorBoard',
    icon: 'chart',
    ports: [6006],
    process: String.raw`(^|[\s/])tensorboard\b|-m tensorboard\.main\b`,
    start: 'tensorboard --logdir . --host 127.0.0.1 --port {port}',
  }),
  define({
    id: 'streamlit',
    name: 'Streamlit',
    icon: 'waves',
    ports: [8501],
    process: String.raw`(^|[\s/])streamlit (run|hello)\b|-m streamlit (run|hello)\b`,
    start: 'streamlit run app.py --server.headless true --server.address 127.0.0.1 --server.port {port}',
  }),
  define({
    id: 'gradio',
    name: 'Gradio',
    icon: 'layout',
    ports: [7860, 7861, 7862],
    process: String.raw`\bgradio\b`,
    start: 'GRADIO_SERVER_PORT={port} python app.py',
  }),
  define({
    id: 'ray',
    name: 'Ray',
    icon: 'zap',
    ports: [8265],
    process: String.raw`ray/dashboard/dashboard\.py|(^|[\s/])ray::?dashboard\b|raylet\b.*dashboard`,
    start: 'ray start --head --dashboard-host 127.0.0.1 --dashboard-port {port}',
  }),
  define({
    id: 'mlflow',
    name: 'MLflow',
    icon: 'flask',
    ports: [5000],
    process: String.raw`(^|[\s/])mlflow (ui|server)\b|\bmlflow\.server\b`,
    start: 'mlflow ui --host 127.0.0.1 --port {port}',
  }),
  define({
    id: 'dask',
    name: 'Dask',
    icon: 'grid',
    ports: [8787],
    process: String.raw`(^|[\s/])dask[- ]scheduler\b|distributed\.cli\.dask_scheduler`,
    page: '/status',
    start: 'dask scheduler --dashboard-address 127.0.0.1:{port}',
  }),
  define({
    id: 'wandb',
    name: 'W&B local',
    icon: 'chart',
    ports: [8080],
    process: String.raw`(^|[\s/])wandb(-local| server)\b`,
  }),
  define({
    id: 'vllm',
    name: 'vLLM',
    icon: 'brain',
    ports: [8000],
    process: String.raw`(^|[\s/])vllm serve\b|vllm\.entrypoints\.openai\.api_server|(^|[\s/])(llama-server|text-generation-launcher)\b`,
    page: '/docs',
  }),
  define({
    id: 'spark',
    name: 'Spark UI',
    icon: 'zap',
    ports: [4040, 4041, 4042],
    process: String.raw`org\.apache\.spark\.deploy\.SparkSubmit`,
  }),
  define({
    id: 'code-server',
    name: 'code-server',
    icon: 'code',
    ports: [8080],
    process: String.raw`(^|[\s/])(code-server|openvscode-server)\b`,
    start: 'code-server --bind-addr 127.0.0.1:{port} .',
  }),
  define({ id: 'rstudio', name: 'RStudio', icon: 'code', ports: [8787], process: String.raw`(^|[\s/])rserver\b` }),
  define({
    id: 'optuna',
    name: 'Optuna',
    icon: 'chart',
    ports: [8080],
    process: String.raw`(^|[\s/])optuna-dashboard\b`,
    start: 'optuna-dashboard sqlite:///optuna.db --host 127.0.0.1 --port {port}',
  }),
  define({
    id: 'aim',
    name: 'Aim',
    icon: 'chart',
    ports: [43_800],
    process: String.raw`(^|[\s/])aim up\b`,
    start: 'aim up --host 127.0.0.1 --port {port}',
  }),
  define({
    id: 'prometheus',
    name: 'Prometheus',
    icon: 'gauge',
    ports: [9090],
    process: String.raw`(^|[\s/])prometheus\b.*--config\.file`,
  }),
  define({
    id: 'grafana',
    name: 'Grafana',
    icon: 'gauge',
    ports: [3000],
    process: String.raw`(^|[\s/])grafana([- ]server)?\b`,
  }),
  define({
    id: 'postgresql',
    name: 'PostgreSQL',
    icon: 'database',
    ports: [5432],
    process: String.raw`(^|[\s/])postgres(: | |$)`,
    page: null,
  }),
  define({
    id: 'mysql',
    name: 'MySQL',
    icon: 'database',
    ports: [3306],
    process: String.raw`(^|[\s/])(mysqld|mariadbd)\b`,
    page: null,
  }),
  define({
    id: 'redis',
    name: 'Redis',
    icon: 'database',
    ports: [6379],
    process: String.raw`(^|[\s/])redis-server\b`,
    page: null,
  }),
  define({ id: 'rmate', name: 'rmate', icon: 'pencil', ports: [52_698], kind: 'remote', page: null }),
  define({ id: 'http', name: 'HTTP', icon: 'globe', ports: [8000], process: String.raw`-m http\.server\b` }),
]
