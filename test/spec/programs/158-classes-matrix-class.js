class Matrix {
  constructor(rows) { this.rows = rows; }
  static identity(n) { return new Matrix(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j)))); }
  multiply({ rows }) { return new Matrix(this.rows.map(r => rows[0].map((_, j) => r.reduce((s, x, k) => s + x * rows[k][j], 0)))); }
  power(n) { return n === 0 ? Matrix.identity(this.rows.length) : this.multiply(this.power(n - 1)); }
  get trace() { return this.rows.reduce((s, r, i) => s + r[i], 0); }
}
const m = new Matrix([[2, 1, 3], [0, 4, 5], [1, 0, 6]]);
({ cubed: m.power(3).rows, trace: m.trace, fib: new Matrix([[1, 1], [1, 0]]).power(12).rows[0][1] });
