class Repository {
  constructor() {
    if (new.target === Repository) throw new TypeError('Repository is abstract');
  }
  all() { return this.load().map(row => this.map(row)); }
}
class UserRepository extends Repository {
  load() { return lookup('users'); }
  map({ name, ...rest }) { return { title: name, keys: Object.keys(rest).length }; }
}
class Tags extends Array {
  get joined() { return this.join('+'); }
}
let refused = null;
try { new Repository(); } catch (error) { refused = error.message; }
const tags = Tags.of('x', echo('y'), 'z').filter(t => t !== 'y');
({ refused, users: new UserRepository().all(), joined: tags.joined, isTags: tags instanceof Tags, length: tags.length });
