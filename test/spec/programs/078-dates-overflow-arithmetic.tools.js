const d = new Date('2024-01-31T00:00:00Z');
d.setUTCMonth(d.getUTCMonth() + echo(1));
const steps = [d.toISOString()];
d.setUTCDate(0);
steps.push(d.toISOString());
d.setUTCHours(25, 61, echo(61), 1001);
steps.push(d.toISOString());
steps.push(new Date(2024, 14, -5).toISOString(), new Date(99, 0).getFullYear(), new Date(NaN).getTime());
steps;
