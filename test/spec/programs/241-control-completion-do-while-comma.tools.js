let x = 0;
do {
  x += echo(3), x * 10;
} while (x < echo(10));
