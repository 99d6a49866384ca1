var seen = [typeof hoisted, typeof variable, hoisted()];
var variable = 1;
function hoisted() { return 'hoisted'; }
try { tdz; } catch (e) { seen.push(e.name); }
let tdz = 2;
{ function block() { return 'block'; } }
seen.push(typeof block, (() => typeof unknown)(), tdz);
seen;
