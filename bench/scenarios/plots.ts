/** The two usual plots of scenarios: a rate and a latency. Pure functions. */
import type { Measure, PlotSpec } from '../analysis/experiment.js';

/** Plots a rate as `<experiment>-rate.svg`. */
export function ratePlot(
  title: string,
  measure: Measure,
  label = measure.label,
  scale: PlotSpec['scale'] = 'linear',
): PlotSpec {
  return { name: 'rate', title, measure, scale, label };
}

/** Plots a latency, measured in ns, as ms on a logarithmic scale. */
export function latencyPlot(name: string, title: string, measure: Measure): PlotSpec {
  return { name, title, measure, scale: 'log', label: 'ms', unit: 1e6 };
}
