const temperatures = lookup('temperatures');
const byValue = Object.fromEntries(Object.entries(temperatures).sort(([, a], [, b]) => b - echo(a)));
const map = new Map(Object.entries(temperatures).sort());
({ byValue, keys: [...map.keys()], hottest: Object.keys(byValue)[0] });
