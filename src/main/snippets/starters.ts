import { snippet, type Snippet } from '../../shared/contract/snippets.ts'

// Values are inserted as plain words: a leading ~ in one is expanded here, as users expect.
const home = (name: string) => `case $${name} in '~'|'~/'*) ${name}=$HOME\${${name}#'~'};; esac`

const scripts: readonly (Pick<Snippet, 'name' | 'icon' | 'command' | 'description'> & Partial<Snippet>)[] = [
  {
    name: 'GPU memory by user',
    icon: 'chip',
    description: 'GPU memory used per user',
    command: `#!/bin/sh
command -v nvidia-smi >/dev/null 2>&1 || { echo 'There is no NVIDIA driver on this host.'; exit 0; }
nvidia-smi --query-compute-apps=pid,used_memory --format=csv,noheader,nounits |
while IFS=', ' read -r pid memory; do
  echo "$(ps -o user= -p "$pid" 2>/dev/null || echo unknown) $memory"
done | awk '
  { sum[$1] += $2; count[$1]++ }
  END {
    if (NR == 0) print "No processes are using a GPU."
    for (user in sum) printf "%-16s %8d MiB in %d process%s\\n", user, sum[user], count[user], (count[user] == 1 ? "" : "es")
  }'
`,
  },
  {
    name: 'Free GPUs',
    icon: 'chip',
    description: 'GPUs using less memory than a limit, for CUDA_VISIBLE_DEVICES',
    command: `#!/bin/sh
command -v nvidia-smi >/dev/null 2>&1 || { echo 'There is no NVIDIA driver on this host.'; exit 0; }
nvidia-smi --query-gpu=index,name,memory.used,memory.total --format=csv,noheader,nounits |
awk -F', ' -v most={{most:500}} '
  $3 <= most { printf "%s  %s  %d of %d MiB in use\\n", $1, $2, $3, $4; list = list (list == "" ? "" : ",") $1 }
  END { print list == "" ? "No GPU is free." : "CUDA_VISIBLE_DEVICES=" list }'
`,
  },
  {
    name: 'Disk usage by folder',
    icon: 'disk',
    description: 'The largest subfolders of a folder, and the free space on its disk',
    command: `#!/bin/sh
folder={{folder:.}}
${home('folder')}
du -xh --max-depth=1 -- "$folder" 2>/dev/null | sort -rh | head -n 20
df -h -- "$folder"
`,
  },
  {
    name: 'Top processes by memory',
    icon: 'memory',
    description: 'The processes that use the most memory',
    command: `#!/bin/sh
command -v ps >/dev/null 2>&1 || { echo 'ps is not installed on this host (procps).'; exit 1; }
ps -eo pid,user,rss,pcpu,etime,args --sort=-rss | head -n {{lines:16}} | cut -c 1-160
free -h 2>/dev/null || true
`,
  },
  {
    name: 'Tail newest log',
    icon: 'log',
    description: 'The end of the most recently written log below a folder, or follow it',
    command: `#!/bin/sh
folder={{folder:.}}
${home('folder')}
newest=$(find "$folder" -xdev -type f -name {{pattern:*.log}} -printf '%T@ %p\\n' 2>/dev/null | sort -n | tail -n 1 | cut -d ' ' -f 2-)
[ -n "$newest" ] || { echo "No matching log below $folder."; exit 0; }
echo "$newest"
case {{then|stop|follow}} in
  follow) exec tail -n {{lines:100}} -F -- "$newest" ;;
  *) tail -n {{lines}} -- "$newest" ;;
esac
`,
  },
  {
    name: 'Kill by name',
    icon: 'stop',
    confirm: true,
    description: 'Sends a signal to your processes whose command line matches a pattern',
    command: `#!/bin/sh
command -v pgrep >/dev/null 2>&1 || { echo 'pgrep is not installed on this host (procps).'; exit 1; }
# The name is also in the command line of this script, so its session is skipped.
mine=$(ps -o sess= -p $$ | tr -d ' ')
found=0
for pid in $(pgrep -u "$(id -u)" -f -- {{name}}); do
  [ "$(ps -o sess= -p "$pid" | tr -d ' ')" = "$mine" ] && continue
  ps -o pid=,args= -p "$pid" | cut -c 1-160
  kill -s {{signal|TERM|INT|KILL}} "$pid" && found=$((found + 1))
done
[ "$found" = 1 ] && noun=process || noun=processes
echo Sent {{signal}} to "$found $noun."
`,
  },
  {
    name: 'Conda environments',
    icon: 'package',
    description: 'Conda environments, and virtual environments in your home directory',
    command: `#!/bin/sh
none=1
for conda in "$(command -v conda)" "$HOME"/miniconda3/bin/conda "$HOME"/anaconda3/bin/conda "$HOME"/miniforge3/bin/conda /opt/conda/bin/conda; do
  [ -x "$conda" ] || continue
  "$conda" env list && none=0
  break
done
for python in "$HOME"/.virtualenvs/*/bin/python "$HOME"/*/venv/bin/python "$HOME"/*/.venv/bin/python; do
  [ -x "$python" ] || continue
  echo "$("$python" --version 2>&1)  \${python%/bin/python}"
  none=0
done
[ $none = 0 ] || echo 'No conda or virtual environments found.'
`,
  },
  {
    name: 'Slurm queue',
    icon: 'list',
    description: 'Your jobs or everyone’s',
    command: `#!/bin/sh
command -v squeue >/dev/null 2>&1 || { echo 'Slurm is not installed on this host.'; exit 0; }
case {{whose|mine|all}} in
  mine) squeue -u "$(id -un)" -o '%.10i %.12P %.24j %.10T %.12M %.6D %R' ;;
  *) squeue -o '%.10i %.12P %.24j %.12u %.10T %.12M %.6D %R' ;;
esac
`,
  },
  {
    name: 'Git status of projects',
    icon: 'branch',
    description: 'Branch and uncommitted changes of every repository below a folder',
    command: `#!/bin/sh
command -v git >/dev/null 2>&1 || { echo 'git is not installed on this host.'; exit 0; }
folder={{folder:.}}
${home('folder')}
find "$folder" -maxdepth 4 -type d -name .git -prune 2>/dev/null | sort | {
  none=1
  while IFS= read -r git; do
    none=0
    project=\${git%/.git}
    echo "== $project"
    git -C "$project" status --short --branch | head -n 20
  done
  [ $none = 0 ] || echo "No git repositories below $folder."
}
`,
  },
  {
    name: 'tmux sessions',
    icon: 'window',
    description: 'tmux sessions on this host',
    command: `#!/bin/sh
command -v tmux >/dev/null 2>&1 || { echo 'tmux is not installed on this host.'; exit 0; }
tmux list-sessions 2>/dev/null || echo 'No tmux sessions.'
`,
  },
]

/** The initial snippets; each works on a plain Debian, and reports missing programs. */
export function starters(): readonly Snippet[] {
  return scripts.map((script, index) =>
    snippet.parse({
      mode: 'background',
      package: 'Starters',
      key: index < 9 ? index + 1 : null,
      ...script,
      id: `5a7e0000-0000-4000-8000-0000000000${String(index + 1).padStart(2, '0')}`,
    }),
  )
}
