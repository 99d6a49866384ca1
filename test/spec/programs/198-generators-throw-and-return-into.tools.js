const log = [];
function* guarded() {
  try {
    yield 1;
    yield 2;
  } catch (e) {
    log.push(echo(e.message));
    yield 'recovered';
  } finally {
    log.push(echo('cleanup'));
  }
}
const a = guarded(); a.next();
const b = guarded(); b.next();
const thrown = a.throw(new Error('injected'));
const returned = b.return(echo('early'));
[thrown, returned, a.next(), b.next(), log];
