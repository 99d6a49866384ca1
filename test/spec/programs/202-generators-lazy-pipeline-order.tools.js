const trace = [];
function* source() { for (const n of echo([1, 2, 3, 4])) { trace.push(`read ${n}`); yield n; } }
function* double(it) { for (const n of it) { trace.push(`double ${n}`); yield n * 2; } }
const [first, second] = double(source());
({ first, second, trace });
