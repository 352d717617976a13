import {
  File,
  FileArchive,
  FileBraces,
  FileCode,
  FileImage,
  FileSpreadsheet,
  FileText,
  Folder,
  FolderSymlink,
  Link2,
  Link2Off,
} from 'lucide-react'

import type { Entry } from '../../../shared/contract/files.ts'

const byEnding: readonly (readonly [RegExp, typeof File])[] = [
  [/\.(py|ipynb|[cm]?[jt]sx?|c|cc|cpp|h|hpp|cu|rs|go|java|rb|sh|bash|zsh|pl|lua|r|jl|swift|kt)$/i, FileCode],
  [/\.(json|jsonl|ya?ml|toml|ini|cfg|conf|xml)$/i, FileBraces],
  [/\.(md|txt|log|out|err|rst|tex)$/i, FileText],
  [/\.(png|jpe?g|gif|webp|svg|bmp|tiff?|ico)$/i, FileImage],
  [/\.(csv|tsv|parquet|xlsx?|npy|npz)$/i, FileSpreadsheet],
  [/\.(zip|gz|tgz|xz|bz2|zst|tar|7z)$/i, FileArchive],
]

/** The icon next to a file name. */
export function FileIcon({ entry }: { readonly entry: Entry }) {
  const Icon = iconOf(entry)
  return <Icon size={15} aria-hidden="true" />
}

function iconOf({ kind, link, name }: Entry): typeof File {
  if (kind === 'folder') return Folder
  if (kind === 'link')
    return link === null || link.kind === null ? Link2Off : link.kind === 'folder' ? FolderSymlink : Link2
  return byEnding.find(([ending]) => ending.test(name))?.[1] ?? File
}
