import {
  Brain,
  ChartLine,
  CodeXml,
  Database,
  FilePenLine,
  FlaskConical,
  Gauge,
  Globe,
  Grid3x3,
  Notebook,
  PanelsTopLeft,
  Waves,
  Zap,
  type LucideIcon,
} from 'lucide-react'

import type { PresetIcon as Name } from '../../../shared/contract/presets.ts'

const icons: Readonly<Record<Name, LucideIcon>> = {
  notebook: Notebook,
  chart: ChartLine,
  waves: Waves,
  layout: PanelsTopLeft,
  zap: Zap,
  flask: FlaskConical,
  grid: Grid3x3,
  brain: Brain,
  code: CodeXml,
  database: Database,
  gauge: Gauge,
  pencil: FilePenLine,
  globe: Globe,
}

/** The icon of a preset. */
export function PresetIcon({ name, size = 18 }: { readonly name: Name; readonly size?: number }) {
  const Icon = icons[name]
  return <Icon size={size} aria-hidden="true" />
}
