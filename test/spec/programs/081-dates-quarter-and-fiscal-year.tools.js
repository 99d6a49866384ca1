const quarter = d => Math.floor(d.getUTCMonth() / 3) + 1;
const fiscal = (d, startMonth = echo(4)) => d.getUTCFullYear() + (d.getUTCMonth() + 1 >= startMonth ? 1 : 0);
lookup('dates').map(text => { const d = new Date(text); return `Q${quarter(d)} FY${fiscal(d)}`; });
