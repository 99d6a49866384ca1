function strict() {
  'use strict';
  try { undeclared = 1; } catch (e) { return [e.name, this === undefined]; }
}
function sloppy() { return typeof this; }
const frozen = Object.freeze([1]);
const result = (() => { 'use strict'; try { frozen.push(2); return 'pushed'; } catch (e) { return e.constructor.name; } })();
[strict(), sloppy(), sloppy.call(5), result];
