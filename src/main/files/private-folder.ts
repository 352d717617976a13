import { sh, type Script } from '../ssh/script.ts'

interface PrivateWork {
  /** The destination folder of the result: an absolute path. */
  readonly folder: string
  /** The name of the result in it. */
  readonly name: string
  /** Creates the result under its name, in the private folder, which is the working directory. */
  readonly make: Script
  /** True if the result may replace a file; otherwise the script fails if the name exists. */
  readonly replace: boolean
}

/**
 * Returns a script that creates something in a new folder that only this user can enter, and moves it into `folder`
 * when it is complete. Other users who can write to `folder` may plant links in it, but nothing is ever written through
 * one: the last step is rename(2), which replaces a link without following it. The private folder is removed at the
 * end.
 */
export function inPrivateFolder({ folder, name, make, replace }: PrivateWork): Script {
  const move = replace ? sh`mv -f -- ${`./${name}`} ..` : sh`mv -n -- ${`./${name}`} .. && [ ! -e ${`./${name}`} ]`
  return sh`cd ${folder} && d=$(mktemp -d ./.hawser-XXXXXXXX) || exit 1
trap 'exit 1' HUP INT TERM
trap 'cd .. && rm -rf -- "$d"' EXIT
cd "$d" && { ${make}
} && ${move}`
}
