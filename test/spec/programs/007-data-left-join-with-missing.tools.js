var left = lookup('users')
var right = lookup('orders')
var rows = []
for (var i = 0; i < left.length; i++) {
  var matches = right.filter(function (o) { return o.userId === echo(left[i].id) })
  if (matches.length === 0) {
    rows.push([left[i].name, null])
  } else {
    for (var j = 0; j < matches.length; j++) rows.push([left[i].name, matches[j].product])
  }
}
rows
