const log = [];
function* guarded() {
  try {
    yield 1;
    yield 2;
  } catch (e) {
    log.push(e.message);
    yield 'recovered';
  } finally {
    log.push('cleanup');
  }
}
const a = guarded(); a.next();
const b = guarded(); b.next();
const thrown = a.throw(new Error('injected'));
const returned = b.return('early');
[thrown, returned, a.next(), b.next(), log];
