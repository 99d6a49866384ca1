class AppError extends Error {
  constructor(message, options) { super(message, options); this.name = new.target.name; }
}
class NotFound extends AppError {
  constructor(id) { super(`No item ${id}`); this.id = id; }
}
const find = id => { if (id > 2) throw new NotFound(id); return `item ${id}`; };
const results = [1, 3].map(id => {
  try { return find(id); }
  catch (e) { return { name: e.name, message: e.message, id: e.id, is: [e instanceof NotFound, e instanceof AppError, e instanceof Error], text: String(e) }; }
});
const wrapped = new AppError('outer', { cause: new Error('inner') });
[results, wrapped.cause.message];
