const f = () => { try { return echo('try'); } finally { return 'finally'; } };
const g = () => { for (const x of [1, 2]) { try { continue; } finally { if (x === 2) return `x${echo(x)}`; } } };
const h = () => { let v = 1; try { return v; } finally { v = 2; } };
const k = () => { try { throw new Error('lost'); } finally { return 'swallowed'; } };
const m = () => { l: try { throw 1; } catch { break l; } finally { return 'm'; } };
[f(), g(), h(), k(), m()];
