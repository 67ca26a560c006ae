/** How the report looks: in a column on a phone, pictures side by side on a wide screen, page by page on paper. */
import { THEME_CSS } from '../../../src/plots/theme.js';

export const REPORT_CSS = `${THEME_CSS}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:84rem;margin:0 auto;padding:0 1rem}
h1{font-size:1.7rem;line-height:1.2;margin:1.5rem 0 .5rem}
h2{font-size:1.35rem;line-height:1.3;margin:0 0 .75rem}
h2 .name{color:var(--faint);font-weight:400}
p,ul,dl{margin:.5rem 0;max-width:46rem}
a{color:inherit;text-decoration-color:var(--faint);text-underline-offset:.15em}
a:focus-visible,[tabindex]:focus-visible,summary:focus-visible{outline:2px solid currentColor;outline-offset:2px}
dt{font-weight:600;font-size:.9rem;color:var(--faint)}
dd{margin:0 0 .5rem}
.facts{display:flex;flex-wrap:wrap;gap:0 1.5rem}
.facts div{min-width:0}
.summary{padding-left:1.2rem}
.summary li{margin:.35rem 0}
.experiment{border-top:1px solid var(--rule);padding-top:1.5rem;margin-top:2.5rem}
.seen{border-left:4px solid #0072b2;padding:.25rem 0 .25rem .9rem;font-size:1.1rem}
.wrong{border-left:4px solid #d55e00;padding:.25rem 0 .25rem .9rem;list-style:none}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem 2rem;margin:1rem 0}
figure{margin:0;max-width:46rem;min-width:0}
figure svg{display:block;width:100%;height:auto}
figcaption{font-size:.85rem;color:var(--faint)}
summary{cursor:pointer;font-weight:600;margin:.5rem 0}
.scroll{overflow-x:auto;margin:.75rem 0 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem;overflow-wrap:normal}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{padding:.25rem .7rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
th:first-child{text-align:left;padding-left:0}
tbody th{font-weight:400}
thead th{border-bottom:2px solid var(--faint)}
.notes{font-size:.9rem;color:var(--faint);padding-left:1.2rem}
footer{border-top:1px solid var(--rule);margin-top:2.5rem;padding-bottom:2rem;font-size:.95rem}
@media print{@page{size:A4;margin:14mm}
html{font-size:9.5pt}
header,main,footer{padding:0;max-width:none}
.experiment{break-before:page;border-top:0;margin-top:0;padding-top:0}
.figures{grid-template-columns:1fr 1fr}
figure,tr,.seen,.wrong{break-inside:avoid}
h2,caption,summary{break-after:avoid}
.scroll{overflow:visible}
table{font-size:7pt}
th,td{padding:.15rem .25rem}
thead th,tbody th{white-space:normal}
tbody th{max-width:9rem;overflow-wrap:anywhere}
summary{list-style:none}
details::details-content{content-visibility:visible;display:block}}`;
