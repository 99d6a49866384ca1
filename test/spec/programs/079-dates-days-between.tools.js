const DAY = 24 * 60 * 60 * 1000;
const dates = lookup('dates').map(text => new Date(text)).sort((a, b) => a - b);
const gaps = dates.slice(1).map((d, i) => Math.round((echo(d.getTime()) - dates[i].getTime()) / DAY));
({ order: dates.map(d => d.toISOString().slice(5, 10)), gaps, span: gaps.reduce((a, b) => add(a, b), 0) });
