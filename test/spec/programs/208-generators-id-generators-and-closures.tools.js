const ids = (function* (prefix) { let n = 0; while (true) { const reset = yield `${prefix}-${String(++n).padStart(3, '0')}`; if (reset) n = 0; } })(echo('inv'));
const nextId = reset => ids.next(reset).value;
[nextId(), nextId(), nextId(true), nextId(echo(false))];
