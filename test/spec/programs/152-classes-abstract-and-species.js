class Repository {
  constructor() {
    if (new.target === Repository) throw new TypeError('Repository is abstract');
  }
  all() { return this.load().map(row => this.map(row)); }
}
class UserRepository extends Repository {
  load() { return [
  { id: 1, name: 'Ada', age: 36, city: 'London', active: true },
  { id: 2, name: 'Grace', age: 45, city: 'New York', active: false },
  { id: 3, name: 'Linus', age: 28, city: 'Helsinki', active: true },
  { id: 4, name: 'Margaret', age: 52, city: 'London', active: true },
  { id: 5, name: 'Dennis', age: 28, city: 'New York', active: false },
]; }
  map({ name, ...rest }) { return { title: name, keys: Object.keys(rest).length }; }
}
class Tags extends Array {
  get joined() { return this.join('+'); }
}
let refused = null;
try { new Repository(); } catch (error) { refused = error.message; }
const tags = Tags.of('x', 'y', 'z').filter(t => t !== 'y');
({ refused, users: new UserRepository().all(), joined: tags.joined, isTags: tags instanceof Tags, length: tags.length });
