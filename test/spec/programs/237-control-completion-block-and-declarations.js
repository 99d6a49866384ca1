let a = 1;
{
  a + 1;
  let inner = 5;
  var leaked = inner * 2;
}
function later() { return 'never the value'; }
const unused = 3;
