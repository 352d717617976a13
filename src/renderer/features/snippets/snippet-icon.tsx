import {
  AppWindow,
  ChartLine,
  CirclePlay,
  CircleStop,
  Cpu,
  Download,
  FileText,
  GitBranch,
  HardDrive,
  KeyRound,
  List,
  MemoryStick,
  Package,
  RefreshCw,
  ScrollText,
  Search,
  SquareTerminal,
  Upload,
  type LucideIcon,
} from 'lucide-react'

import type { SnippetIcon as Name } from '../../../shared/contract/snippets.ts'

const icons: Readonly<Record<Name, LucideIcon>> = {
  terminal: SquareTerminal,
  chip: Cpu,
  memory: MemoryStick,
  disk: HardDrive,
  file: FileText,
  log: ScrollText,
  chart: ChartLine,
  list: List,
  search: Search,
  branch: GitBranch,
  package: Package,
  window: AppWindow,
  play: CirclePlay,
  refresh: RefreshCw,
  upload: Upload,
  download: Download,
  key: KeyRound,
  stop: CircleStop,
}

/** The icon of a snippet. */
export function SnippetIcon({ name, size = 16 }: { readonly name: Name; readonly size?: number }) {
  const Icon = icons[name]
  return <Icon size={size} aria-hidden="true" />
}
