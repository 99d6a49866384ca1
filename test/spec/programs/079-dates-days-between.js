const DAY = 24 * 60 * 60 * 1000;
const dates = ['2024-02-29', '2023-12-31', '2024-07-04', '2025-01-01', '2024-02-01'].map(text => new Date(text)).sort((a, b) => a - b);
const gaps = dates.slice(1).map((d, i) => Math.round((d.getTime() - dates[i].getTime()) / DAY));
({ order: dates.map(d => d.toISOString().slice(5, 10)), gaps, span: gaps.reduce((a, b) => a + b, 0) });
