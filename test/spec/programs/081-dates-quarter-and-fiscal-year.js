const quarter = d => Math.floor(d.getUTCMonth() / 3) + 1;
const fiscal = (d, startMonth = 4) => d.getUTCFullYear() + (d.getUTCMonth() + 1 >= startMonth ? 1 : 0);
['2024-02-29', '2023-12-31', '2024-07-04', '2025-01-01', '2024-02-01'].map(text => { const d = new Date(text); return `Q${quarter(d)} FY${fiscal(d)}`; });
