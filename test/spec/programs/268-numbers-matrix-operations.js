const a = [[2, 1, 3], [0, 4, 5], [1, 0, 6]];
const transpose = m => m[0].map((_, c) => m.map(row => row[c]));
const multiply = (m, k) => m.map(row => transpose(k).map(col => row.reduce((s, x, i) => s + x * col[i], 0)));
const det = m => m.length === 1 ? m[0][0] : m[0].reduce((s, x, c) => s + (c % 2 ? -x : x) * det(m.slice(1).map(r => r.filter((_, i) => i !== c))), 0);
({ transpose: transpose(a), squared: multiply(a, a), det: det(a), rotated: transpose(a).map(r => r.reverse()) });
