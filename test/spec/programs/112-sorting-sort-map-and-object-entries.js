const temperatures = { mon: 18.5, tue: 21.2, wed: 19, thu: 23.8, fri: 22.1 };
const byValue = Object.fromEntries(Object.entries(temperatures).sort(([, a], [, b]) => b - a));
const map = new Map(Object.entries(temperatures).sort());
({ byValue, keys: [...map.keys()], hottest: Object.keys(byValue)[0] });
