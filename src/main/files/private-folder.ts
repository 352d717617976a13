import { sh, type Script } from '../ssh/script.ts'

interface PrivateWork {
  /** The folder that is to hold the result: an absolute path. */
  readonly folder: string
  /** The name of the result in it. */
  readonly name: string
  /** Makes the result under its name, in the private folder that it starts in. */
  readonly make: Script
  /** True when the result may take the place of a file; else the script fails where the name is taken. */
  readonly replace: boolean
}

/**
 * A script that makes something in a new folder that only this user can enter, and moves it into `folder` when it is
 * whole. Others who may write to `folder` can plant links at names there, but nothing is ever written through one: the
 * last step renames (rename(2)), which replaces a link and doesn't follow it. The private folder goes in the end.
 */
export function inPrivateFolder({ folder, name, make, replace }: PrivateWork): Script {
  const move = replace ? sh`mv -f -- ${`./${name}`} ..` : sh`mv -n -- ${`./${name}`} .. && [ ! -e ${`./${name}`} ]`
  return sh`cd ${folder} && d=$(mktemp -d ./.hawser-XXXXXXXX) || exit 1
trap 'exit 1' HUP INT TERM
trap 'cd .. && rm -rf -- "$d"' EXIT
cd "$d" && { ${make}
} && ${move}`
}
