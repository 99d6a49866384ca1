class Point {
  z = 0;
  #secret = 1;
  constructor(x, y) { this.x = x; this.y = y; }
  get length() { return Math.hypot(this.x, this.y); }
}
class Labelled extends Point {
  label = echo('p');
  tags = new Set(['a']);
}
[new Labelled(3, echo(4)), new Point(0, 1)]
