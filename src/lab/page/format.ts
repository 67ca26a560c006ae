/** Numbers as texts, short enough for the back row. Pure. */

export function duration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

export function count(value: number): string {
  return value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);
}

export function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value)} %`;
}
