// Figures as a table for people and as JSON for programs.
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it has to reach, where the project has promised something. */
  readonly reach?: string
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function formatTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, reach = '' }) => [name, formatNumber(value), unit, reach])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(([name = '', value = '', unit = '', reach = '']) =>
      `${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)} ${unit.padEnd(widths[2] ?? 0)}  ${reach}`.trimEnd(),
    )
    .join('\n')
}

const formatNumber = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1)
