class Query {
  #parts = { fields: ['*'], where: [], limit: null };
  constructor(table) { this.table = table; }
  select(...fields) { this.#parts.fields = fields; return this; }
  where(field, op, value) { this.#parts.where.push(`${field} ${op} ${typeof value === 'string' ? `'${value}'` : echo(value)}`); return this; }
  limit(n) { this.#parts.limit = n; return this; }
  toString() {
    const { fields, where, limit } = this.#parts;
    return `SELECT ${fields.join(', ')} FROM ${this.table}` + (where.length ? ` WHERE ${where.join(' AND ')}` : '') + (limit ? ` LIMIT ${limit}` : '');
  }
}
`${new Query('users').select('name', 'age').where('age', '>', echo(21)).where('city', '=', echo('London')).limit(10)}; ${new Query('logs')}`;
